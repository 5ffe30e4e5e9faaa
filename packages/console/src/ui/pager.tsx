import { formatNumber } from '../model/format.ts';
import { Button } from './button.tsx';
import styles from './pager.module.css';

interface PagerProps {
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  /** What is counted, e.g. "datasets". */
  readonly what: string;
  readonly onPage: (page: number) => void;
}

/** Which part of a list is shown, with the way to the others. */
export function Pager({ page, pageSize, total, what, onPage }: PagerProps) {
  const pages = Math.max(1, Math.ceil(total / pageSize));
  const first = (page - 1) * pageSize + 1;
  const last = Math.min(total, page * pageSize);
  return (
    <nav className={styles.pager} aria-label={`Pages of ${what}`}>
      <span>
        {total === 0 ? `No ${what}` : `${formatNumber(first)}–${formatNumber(last)} of ${formatNumber(total)}`}
      </span>
      {pages > 1 && (
        <>
          <Button
            size="small"
            disabledReason={page <= 1 ? 'This is the first page.' : undefined}
            onClick={() => onPage(page - 1)}
          >
            Previous
          </Button>
          <Button
            size="small"
            disabledReason={page >= pages ? 'This is the last page.' : undefined}
            onClick={() => onPage(page + 1)}
          >
            Next
          </Button>
        </>
      )}
    </nav>
  );
}
