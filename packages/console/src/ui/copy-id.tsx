import { useState } from 'react';
import styles from './copy-id.module.css';

const shownMs = 1500;

/** An id that copies on click. */
export function CopyId({ id, label = id }: { readonly id: string; readonly label?: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await copyText(id);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), shownMs);
  };
  return (
    <button type="button" className={styles.id} onClick={() => void copy()} title={`Copy ${id}`}>
      <code>{label}</code>
      <span aria-live="polite">{isCopied ? ' copied' : ''}</span>
    </button>
  );
}

/** Also on pages that are not served over TLS, where browsers have no clipboard. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
