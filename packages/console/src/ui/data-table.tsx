import {
  type ColumnDef,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFns,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type KeyboardEvent, useMemo } from 'react';
import { useAddressState } from './address-state.ts';
import { classes } from './classes.ts';
import styles from './data-table.module.css';
import { Skeleton } from './notice.tsx';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });
type Features = typeof features;

export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => React.ReactNode;
  /** What the column is sorted by; it cannot be sorted without. */
  readonly sortBy?: (row: Row) => string | number | null | undefined;
  readonly isNumber?: boolean;
  /** Left out on narrow screens. */
  readonly isMinor?: boolean;
}

interface DataTableProps<Row> {
  /** Undefined while they are loaded. */
  readonly rows: readonly Row[] | undefined;
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  /** What the table is of, for those who cannot see it. */
  readonly label: string;
  /** Shown instead of a table without rows. */
  readonly empty: React.ReactNode;
  /** The parameter of the address that has the order; sorting is off without. */
  readonly sortParameter?: string;
}

/** A table of some tens of rows. Longer ones: `virtual-table.tsx`. Arrows up and down go from row to row. */
export function DataTable<Row extends RowData>({
  rows,
  columns,
  rowId,
  label,
  empty,
  sortParameter = 'sort',
}: DataTableProps<Row>) {
  const [sort, setSort] = useAddressState<string>(sortParameter, '');
  const sorting = useMemo<SortingState>(
    () => (sort === '' ? [] : [{ id: sort.replace(/^-/, ''), desc: sort.startsWith('-') }]),
    [sort],
  );
  const definitions = useMemo(() => columns.map((column) => definitionOf(column)), [columns]);
  const table = useTable<Features, Row>({
    features,
    columns: definitions,
    data: (rows ?? none) as Row[],
    getRowId: rowId,
    state: { sorting },
    onSortingChange: (update) => {
      const [next] = typeof update === 'function' ? update(sorting) : update;
      setSort(next === undefined ? '' : `${next.desc ? '-' : ''}${next.id}`);
    },
  });
  if (rows === undefined) return <Skeleton />;
  if (rows.length === 0) return <>{empty}</>;
  const byId = new Map(columns.map((column) => [column.id, column]));
  const classOf = (id: string) => {
    const { isNumber, isMinor } = byId.get(id)!;
    return classes(isNumber && styles.number, isMinor && styles.minor);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table} onKeyDown={moveBetweenRows}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ column }) => (
                <th
                  key={column.id}
                  scope="col"
                  className={classOf(column.id)}
                  aria-sort={ariaSort(column.getIsSorted())}
                >
                  {column.getCanSort() ? (
                    <button type="button" className={styles.sort} onClick={column.getToggleSortingHandler()}>
                      {byId.get(column.id)!.header}
                      <span aria-hidden="true">{arrows[column.getIsSorted() || 'none']}</span>
                    </button>
                  ) : (
                    byId.get(column.id)!.header
                  )}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {columns.map((column) => (
                <td key={column.id} className={classOf(column.id)}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const none: readonly never[] = [];
const arrows = { asc: ' ↑', desc: ' ↓', none: '' };

const ariaSort = (sorted: false | 'asc' | 'desc') =>
  sorted === false ? undefined : sorted === 'asc' ? 'ascending' : 'descending';

function definitionOf<Row extends RowData>({ id, sortBy }: Column<Row>): ColumnDef<Features, Row> {
  if (sortBy === undefined) return { id, enableSorting: false };
  return { id, accessorFn: (row: Row) => sortBy(row) ?? undefined, sortUndefined: 'last' };
}

const focusable = 'a[href], button, input, select';

function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = (event.target as HTMLElement).closest('tbody tr');
  if (step === undefined || row === null || (event.target as HTMLElement).matches('input, select')) return;
  const next = step === 1 ? row.nextElementSibling : row.previousElementSibling;
  const target = next?.querySelector<HTMLElement>(focusable);
  if (!target) return;
  event.preventDefault();
  target.focus();
}
