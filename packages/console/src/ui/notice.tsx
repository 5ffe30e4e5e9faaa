import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import styles from './notice.module.css';
import tones from './tones.module.css';

/** What an empty page says: what would be here, and the command or button that fills it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: React.ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children}
    </div>
  );
}

/** What was tried, what the platform returned, and what to do. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const isApiError = error instanceof ApiError;
  return (
    <div className={classes(styles.notice, tones.failed)} role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {isApiError && (
        <p className={styles.call}>
          <code>{error.call}</code>
          {error.status > 0 && (
            <>
              {' returned '}
              <code>
                {error.status} {error.type}
              </code>
            </>
          )}
        </p>
      )}
      {retry !== undefined && (
        <Button size="small" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Something to know before one goes on. */
export function Note({
  tone = 'late',
  children,
}: {
  readonly tone?: 'late' | 'move' | 'ok';
  readonly children: React.ReactNode;
}) {
  return <div className={classes(styles.notice, tones[tone])}>{children}</div>;
}

/** Rows of the right height until data is there. */
export function Skeleton({ rows = 3 }: { readonly rows?: number }) {
  return (
    <div className={styles.skeleton} aria-busy="true" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}
