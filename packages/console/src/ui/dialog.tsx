import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import styles from './dialog.module.css';
import { Field } from './fields.tsx';
import floating from './floating.module.css';
import { Failure } from './notice.tsx';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
  readonly size?: 'normal' | 'wide';
}

export function Dialog({ title, isOpen, onClose, children, size = 'normal' }: DialogProps) {
  return (
    <BaseDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={floating.backdrop} />
        <BaseDialog.Popup className={classes(floating.window, styles.popup, styles[size])}>
          <BaseDialog.Title className={styles.title}>{title}</BaseDialog.Title>
          {children}
          <BaseDialog.Close className={styles.close} aria-label="Close">
            ×
          </BaseDialog.Close>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/** The row of buttons at the end of a dialog. */
export function DialogActions({ children }: { readonly children: React.ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

interface ConfirmProps {
  readonly title: string;
  /** What will happen, before it does. */
  readonly children: React.ReactNode;
  /** The word on the button, e.g. "Delete". */
  readonly action: string;
  /** Has to be typed; nothing has to be without it. */
  readonly name?: string | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before what cannot be undone: deleting asks for the name. */
export function Confirm({ title, children, action, name, isOpen, onClose, onConfirm }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      setTyped('');
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  const missing = name !== undefined && typed !== name ? `Type ${name} to confirm.` : undefined;
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      {children}
      {name !== undefined && (
        <Field label={`Type ${name} to confirm`}>
          <input
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      )}
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" disabledReason={missing} isBusy={isBusy} onClick={() => void confirm()}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
