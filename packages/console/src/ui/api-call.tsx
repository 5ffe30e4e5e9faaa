import { useState } from 'react';
import { type ApiCall, languages, textOf } from '../model/api-call.ts';
import styles from './api-call.module.css';
import { Button } from './button.tsx';
import { Chips } from './chips.tsx';
import { copyText } from './copy-id.tsx';
import { Dialog } from './dialog.tsx';

/** A button that shows the call that does the same as the page or the form. */
export function ApiButton({ call, size = 'normal' }: { readonly call: ApiCall; readonly size?: 'normal' | 'small' }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button size={size} onClick={() => setIsOpen(true)}>
        API
      </Button>
      <Dialog title={call.about} isOpen={isOpen} onClose={() => setIsOpen(false)} size="wide">
        <ApiCallTexts call={call} />
      </Dialog>
    </>
  );
}

export function ApiCallTexts({ call }: { readonly call: ApiCall }) {
  const shown = languages.filter(({ id }) => id !== 'wherry' || call.wherry !== undefined);
  const [chosen, setChosen] = useState(shown[0]!.id);
  const text = textOf(call, chosen, location.origin);
  return (
    <div>
      <div className={styles.bar}>
        <Chips
          label="In which language"
          chips={shown}
          chosen={chosen}
          onChoose={(id) => setChosen(id as typeof chosen)}
        />
        <Button size="small" className={styles.copy!} onClick={() => void copyText(text)}>
          Copy
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
      <pre className={styles.text} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
