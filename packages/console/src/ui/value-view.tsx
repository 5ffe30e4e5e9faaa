import { useState } from 'react';
import { linkOf } from '../model/item-values.ts';
import { Button } from './button.tsx';
import { CodeEditor } from './code-editor.tsx';
import { copyText } from './copy-id.tsx';
import styles from './value-view.module.css';

/** Longer texts are shown up to here, so that a browser can draw them. */
const mostChars = 1_000_000;

/** A whole value: a text as it is, everything else as JSON. */
export function ValueView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
  const shown = text.slice(0, mostChars);
  const link = linkOf(value);
  return (
    <div className={styles.value}>
      {link !== undefined && (
        <p className={styles.link}>
          <a href={link} target="_blank" rel="noopener noreferrer">
            Open the link
          </a>
        </p>
      )}
      {typeof value === 'string' ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        <section aria-label={label} className={styles.box} tabIndex={0}>
          <pre className={styles.text} dir="auto">
            {shown}
          </pre>
        </section>
      ) : (
        <CodeEditor value={shown} language="json" label={label} />
      )}
      <div className={styles.foot}>
        {shown.length < text.length && <span>The first {mostChars} characters. Copy has all.</span>}
        <CopyButton text={text} />
      </div>
    </div>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <Button size="small" onClick={() => void copyText(text).then(() => setIsCopied(true))}>
      <span aria-live="polite">{isCopied ? 'Copied' : 'Copy'}</span>
    </Button>
  );
}
