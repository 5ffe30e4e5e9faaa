import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  type Ref,
  type RefObject,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import {
  fitWidths,
  lastPosition,
  positionAfter,
  positionToShow,
  type RowLayout,
  rowsInSight,
  scrollHeightPx,
  scrollTopAt,
} from '../model/virtual-rows.ts';
import { classes } from './classes.ts';
import styles from './virtual-table.module.css';

export interface VirtualColumn {
  readonly id: string;
  readonly header: string;
  readonly widthPx: number;
  readonly isNumber?: boolean;
  /** It may become wider where there is room. */
  readonly isFlexible?: boolean;
}

export interface VirtualTableHandle {
  scrollToTop(): void;
}

interface VirtualTableProps<Row, Column extends VirtualColumn> {
  /** What the table is of, for those who cannot see it. */
  readonly label: string;
  readonly rowCount: number;
  /** The row at a place; undefined while it is loaded. The same row is always the same object. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly columns: readonly Column[];
  readonly cell: (row: Row, column: Column, index: number) => ReactNode;
  /** A click on a cell, or Enter. */
  readonly onOpen: (row: Row, column: Column, index: number) => void;
  /** Says which rows are in sight, from `first` to before `end`. Must not change at each render. */
  readonly onSight?: (first: number, end: number, isAtTop: boolean) => void;
  readonly handle?: Ref<VirtualTableHandle>;
}

const rowPx = 34;
/** Rows that are drawn beyond each edge, so that a small step finds them there. */
const spareRows = 4;
/** The same for columns. */
const sparePx = 200;
/** After the last movement the scroll bar is put to where the rows are. */
const restMs = 150;

// biome-ignore-start lint/a11y/useSemanticElements: a table's own elements cannot be placed freely
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid has the focus and names its current cell
/**
 * A table of any length, of which only what is in sight is drawn. It is a grid with one stop of the Tab key: arrows, Page Up, Page
 * Down, Home and End move the current cell, Enter opens it.
 */
export function VirtualTable<Row, Column extends VirtualColumn>(props: VirtualTableProps<Row, Column>) {
  const { label, rowCount, columns, rowAt, cell, onOpen, onSight, handle } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const size = useSize(scroller);
  const layout: RowLayout = { rowCount, rowPx, viewPx: Math.max(rowPx, size.heightPx - rowPx) };
  const { position, moveTo, onScroll } = usePosition(scroller, layout);
  const [current, setCurrent] = useState<Place>({ row: 0, column: 0 });
  const { first, end, offsetPx } = rowsInSight(position, layout, spareRows);
  const isAtTop = position === 0;
  const seen = rowsInSight(position, layout, 0);
  useEffect(() => onSight?.(seen.first, seen.end, isAtTop), [onSight, seen.first, seen.end, isAtTop]);
  useImperativeHandle(handle, () => ({ scrollToTop: () => moveTo(0) }), [moveTo]);
  const placed = placedColumns(columns, size.widthPx);
  const inSight = placed.filter(
    ({ left, width }) => left + width > size.left - sparePx && left < size.left + size.widthPx + sparePx,
  );
  const open = (place: Place) => {
    setCurrent(place);
    const opened = rowAt(place.row);
    if (opened !== undefined) onOpen(opened, columns[place.column]!, place.row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = cellAfter(event.key, current, { layout, columnCount: columns.length });
    if (event.key === 'Enter') open(current);
    else if (next === undefined) return;
    else {
      setCurrent(next);
      moveTo(positionToShow(next.row, position, layout));
      scrollSideways(scroller.current!, placed[next.column]!);
    }
    event.preventDefault();
  };
  const heightPx = scrollHeightPx(layout) + rowPx;
  const totalPx = placed.reduce((sum, { width }) => sum + width, 0);
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={{ height: heightPx + size.barPx }}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onClick={({ target }) => ifSome(placeOf(target as HTMLElement), open)}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length}
      aria-activedescendant={current.row >= first && current.row < end ? `${id}-current` : undefined}
    >
      <div className={styles.content} style={{ height: heightPx, width: totalPx }}>
        <div className={styles.view} style={{ height: layout.viewPx + rowPx }}>
          <HeaderRow columns={inSight} />
          <div className={styles.rows}>
            {Array.from({ length: end - first }, (_, nth) => (
              <TableRow
                key={first + nth}
                id={id}
                index={first + nth}
                topPx={offsetPx + nth * rowPx}
                row={rowAt(first + nth)}
                columns={inSight}
                columnKey={inSight.map(({ column, left }) => `${column.id} ${left}`).join('\n')}
                cell={cell as (row: unknown, column: VirtualColumn, index: number) => ReactNode}
                current={first + nth === current.row ? current.column : undefined}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** The cell that was clicked; none for a link in a cell, which the browser opens. */
function placeOf(target: HTMLElement): Place | undefined {
  const { row, column } = target.closest<HTMLElement>('[data-column], a')?.dataset ?? {};
  return column === undefined ? undefined : { row: Number(row), column: Number(column) };
}

const ifSome = (place: Place | undefined, act: (place: Place) => void): void => {
  if (place !== undefined) act(place);
};

function placedColumns(columns: readonly VirtualColumn[], availablePx: number): readonly PlacedColumn[] {
  const widths = fitWidths(
    columns.map(({ widthPx }) => widthPx),
    columns.map(({ isFlexible }) => isFlexible === true),
    availablePx,
  );
  let left = 0;
  return columns.map((column, index) => {
    const width = widths[index]!;
    const placed = { column, index, left, width };
    left += width;
    return placed;
  });
}

function scrollSideways(element: HTMLElement, { left, width }: PlacedColumn): void {
  if (left < element.scrollLeft) element.scrollLeft = left;
  const hiddenPx = left + width - element.clientWidth;
  if (hiddenPx > element.scrollLeft) element.scrollLeft = hiddenPx;
}

function HeaderRow({ columns }: { readonly columns: readonly PlacedColumn[] }) {
  return (
    <div className={styles.header} role="row" aria-rowindex={1}>
      {columns.map(({ column, index, left, width }) => (
        <div
          key={column.id}
          role="columnheader"
          aria-colindex={index + 1}
          className={classes(styles.cell, column.isNumber && styles.number)}
          style={{ left, width }}
          title={column.header}
        >
          <bdi>{column.header}</bdi>
        </div>
      ))}
    </div>
  );
}

interface PlacedColumn {
  readonly column: VirtualColumn;
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

interface TableRowProps {
  readonly id: string;
  readonly index: number;
  readonly topPx: number;
  readonly row: unknown;
  readonly columns: readonly PlacedColumn[];
  /** Changes with the columns. */
  readonly columnKey: string;
  readonly cell: (row: unknown, column: VirtualColumn, index: number) => ReactNode;
  /** The current cell, if it is in this row. */
  readonly current: number | undefined;
}

function TableRow({ id, index, topPx, row, columns, columnKey, cell, current }: TableRowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles.row}
      style={{ transform: `translateY(${topPx}px)` }}
      aria-busy={row === undefined || undefined}
    >
      <RowCells {...{ id, index, row, columns, columnKey, cell, current }} />
    </div>
  );
}

/** A row that only moves is not drawn again. */
const RowCells = memo(
  ({ id, index, row, columns, cell, current }: Omit<TableRowProps, 'topPx'>) =>
    columns.map(({ column, index: columnIndex, left, width }) => (
      <div
        key={column.id}
        id={columnIndex === current ? `${id}-current` : undefined}
        role="gridcell"
        aria-colindex={columnIndex + 1}
        data-row={index}
        data-column={columnIndex}
        className={classes(
          styles.cell,
          column.isNumber && styles.number,
          columnIndex === current && styles.current,
          row === undefined && styles.loading,
        )}
        style={{ left, width }}
      >
        {row === undefined ? null : cell(row, column, index)}
      </div>
    )),
  (former, next) =>
    former.row === next.row &&
    former.index === next.index &&
    former.cell === next.cell &&
    former.current === next.current &&
    former.columnKey === next.columnKey,
);

interface Size {
  readonly heightPx: number;
  readonly widthPx: number;
  /** Of the horizontal scroll bar. */
  readonly barPx: number;
  readonly left: number;
}

/** The size of what is seen, and how far it is scrolled to the right. */
function useSize(scroller: RefObject<HTMLDivElement | null>): Size {
  const [size, setSize] = useState<Size>({ heightPx: 400, widthPx: 800, barPx: 0, left: 0 });
  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = () =>
      setSize((former) => {
        const { clientHeight: heightPx, clientWidth: widthPx, offsetHeight, scrollLeft: left } = element;
        const next = { heightPx, widthPx, barPx: offsetHeight - heightPx, left };
        const isSame = (Object.keys(next) as (keyof Size)[]).every((name) => next[name] === former[name]);
        return isSame ? former : next;
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller]);
  return size;
}

/** Where in the rows the upper edge is [rows-1], [rows-2]. */
function usePosition(scroller: RefObject<HTMLDivElement | null>, layout: RowLayout) {
  const [position, setPosition] = useState(0);
  const state = useRef({ position: 0, scrollTop: 0, layout, isSettling: false });
  state.current.layout = layout;
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const api = useRef<{ moveTo: (position: number) => void; onScroll: () => void }>(undefined);
  api.current ??= {
    moveTo: (wanted) => {
      const { layout: now } = state.current;
      state.current.position = Math.min(wanted, lastPosition(now));
      setPosition(state.current.position);
      settle();
    },
    onScroll: () => {
      const element = scroller.current!;
      if (element.scrollTop === state.current.scrollTop) return;
      state.current.position = positionAfter(state.current, element.scrollTop, state.current.layout);
      state.current.scrollTop = element.scrollTop;
      setPosition(state.current.position);
      clearTimeout(resting.current);
      resting.current = setTimeout(settle, restMs);
    },
  };
  /** The scroll bar is to say where the rows are, and to have room on both sides. */
  function settle() {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = scrollTopAt(state.current.position, state.current.layout);
    state.current.scrollTop = element.scrollTop;
  }
  useEffect(() => () => clearTimeout(resting.current), []);
  const last = lastPosition(layout);
  useEffect(() => {
    if (state.current.position > last) api.current!.moveTo(last);
  }, [last]);
  return { position: Math.min(position, last), ...api.current };
}

/** The cell to which a key leads; undefined for other keys. */
function cellAfter(
  key: string,
  { row, column }: { readonly row: number; readonly column: number },
  { layout, columnCount }: { readonly layout: RowLayout; readonly columnCount: number },
) {
  const page = Math.max(1, Math.floor(layout.viewPx / layout.rowPx) - 1);
  const within = (next: number) => Math.max(0, Math.min(next, layout.rowCount - 1));
  switch (key) {
    case 'ArrowDown':
      return { row: within(row + 1), column };
    case 'ArrowUp':
      return { row: within(row - 1), column };
    case 'PageDown':
      return { row: within(row + page), column };
    case 'PageUp':
      return { row: within(row - page), column };
    case 'Home':
      return { row: 0, column };
    case 'End':
      return { row: within(layout.rowCount - 1), column };
    case 'ArrowRight':
      return { row, column: Math.min(column + 1, columnCount - 1) };
    case 'ArrowLeft':
      return { row, column: Math.max(column - 1, 0) };
    default:
      return undefined;
  }
}
// biome-ignore-end lint/a11y/useFocusableInteractive: as above
// biome-ignore-end lint/a11y/useSemanticElements: as above
