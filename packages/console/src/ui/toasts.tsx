import { Toast } from '@base-ui/react/toast';
import { classes } from './classes.ts';
import floating from './floating.module.css';
import styles from './toasts.module.css';

const manager = Toast.createToastManager();

/** Says shortly what was done; for screen readers too. */
export function say(text: string): void {
  manager.add({ title: text, timeout: 6000 });
}

/** Says what could not be done. */
export function sayFailure(error: unknown): void {
  manager.add({
    title: error instanceof Error ? error.message : String(error),
    type: 'failed',
    priority: 'high',
    timeout: 0,
  });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={classes(floating.popup, styles.toast)}>
      <Toast.Title className={styles.title} />
      <Toast.Close className={styles.close} aria-label="Close">
        ×
      </Toast.Close>
    </Toast.Root>
  ));
}
