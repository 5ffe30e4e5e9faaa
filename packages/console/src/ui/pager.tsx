import { formatNumber } from '../model/format.ts';
import { useAddressState } from './address-state.ts';
import { Button } from './button.tsx';
import styles from './pager.module.css';

export interface PageState {
  /** From 0. */
  readonly offset: number;
  readonly limit: number;
  readonly setOffset: (offset: number) => void;
}

/** Which part of a list is shown; the address has the number of the page. */
export function usePage(limit = 50, parameter = 'page'): PageState {
  const [page, setPage] = useAddressState<string>(parameter, '1', { isStep: true });
  const number = Math.max(1, Math.floor(Number(page)) || 1);
  return { offset: (number - 1) * limit, limit, setOffset: (offset) => setPage(String(offset / limit + 1)) };
}

/** Leads to the pages before and after; nothing where there is one page alone. */
export function Pager({
  page,
  total,
  label,
}: {
  readonly page: PageState;
  readonly total: number;
  readonly label: string;
}) {
  const { offset, limit, setOffset } = page;
  if (total <= limit && offset === 0) return null;
  const last = Math.min(offset + limit, total);
  return (
    <PagerBar label={label}>
      <span>
        {total === 0 || offset >= total
          ? `None of ${formatNumber(total)}`
          : `${formatNumber(offset + 1)}–${formatNumber(last)} of ${formatNumber(total)}`}
      </span>
      <Button
        size="small"
        disabledReason={offset === 0 ? 'This is the first page.' : undefined}
        onClick={() => setOffset(Math.max(0, offset - limit))}
      >
        Previous
      </Button>
      <Button
        size="small"
        disabledReason={last >= total ? 'This is the last page.' : undefined}
        onClick={() => setOffset(offset + limit)}
      >
        Next
      </Button>
    </PagerBar>
  );
}

/** The line below a list, with what is shown of it. @param label of the links to other pages; left out where there are none */
export function PagerBar({ label, children }: { readonly label?: string; readonly children: React.ReactNode }) {
  if (label === undefined) return <div className={styles.pager}>{children}</div>;
  return (
    <nav className={styles.pager} aria-label={label}>
      {children}
    </nav>
  );
}
