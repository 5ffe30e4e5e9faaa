import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useRefetchInterval } from '../live/live.tsx';
import { type DatasetView, viewsOf } from '../model/dataset-views.ts';
import { formatCount, formatExact, formatNumber, formatRelative } from '../model/format.ts';
import {
  columnValue,
  dateOf,
  fieldsOf,
  type ItemColumn,
  isNumeric,
  linkOf,
  previewOf,
  wholeItem,
  widthFor,
} from '../model/item-values.ts';
import { ItemWindows, windowItemsFor } from '../model/item-windows.ts';
import { type Dataset, datasetQuery, itemPageQuery, loadItems } from '../services/datasets.ts';
import { useAddressState } from '../ui/address-state.ts';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { CodeEditor } from '../ui/code-editor.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, Failure, Skeleton } from '../ui/notice.tsx';
import { Toolbar } from '../ui/toolbar.tsx';
import { ValueView } from '../ui/value-view.tsx';
import { type VirtualColumn, VirtualTable, type VirtualTableHandle } from '../ui/virtual-table.tsx';
import styles from './dataset-items.module.css';
import { ExportButton } from './export-items.tsx';

/** In the address; no view has such a name. */
const allFields = '~fields';
const asJson = '~json';

/** How much of the items is kept in memory, as JSON. */
const keptBytes = 32 * 1024 * 1024;
const mostColumns = 50;
const sampleItems = 100;

interface DatasetItemsProps {
  readonly datasetId: string;
  /** Whether a run may still push items. */
  readonly isGrowing: boolean;
}

/** The items of a dataset: views of its schema, a table of any length, JSON, export. */
export function DatasetItems({ datasetId, isGrowing }: DatasetItemsProps) {
  const interval = useRefetchInterval();
  const dataset = useQuery({ ...datasetQuery(datasetId), refetchInterval: interval });
  if (dataset.error && dataset.data === undefined) {
    return <Failure error={dataset.error} retry={() => void dataset.refetch()} />;
  }
  if (dataset.data === undefined) return <Skeleton rows={8} />;
  return <Items key={datasetId} dataset={dataset.data} isGrowing={isGrowing} />;
}

function Items({ dataset, isGrowing }: { readonly dataset: Dataset; readonly isGrowing: boolean }) {
  const { schema, itemCount, cleanItemCount } = dataset;
  const hasEmptyItems = cleanItemCount < itemCount;
  const views = useMemo(() => viewsOf(schema, hasEmptyItems), [schema, hasEmptyItems]);
  const [chosen, choose] = useAddressState<string>('view', views[0]?.id ?? allFields, { isStep: true });
  const view = views.find(({ id }) => id === chosen);
  const [order, setOrder] = useAddressState<string>('order', view?.isNewestFirst === false ? 'oldest' : 'newest');
  const [, setPage] = useAddressState<string>('items', '1');
  const sight = { dataset, isNewestFirst: order !== 'oldest', isGrowing };
  const bar = (what: ReactNode) => (
    <Toolbar
      end={
        <>
          {what}
          <Button size="small" onClick={() => setOrder(order === 'oldest' ? 'newest' : 'oldest')}>
            {order === 'oldest' ? 'Oldest first' : 'Newest first'} <span aria-hidden="true">⇅</span>
          </Button>
          <ExportButton datasetId={dataset.id} views={views} view={view?.id ?? ''} />
        </>
      }
    >
      <Chips
        label="What is shown of each item"
        chips={[...views, { id: allFields, title: 'All fields' }, { id: asJson, title: 'JSON' }]}
        chosen={view?.id ?? (chosen === asJson ? asJson : allFields)}
        onChoose={(id) => {
          setPage('1');
          choose(id);
        }}
      />
    </Toolbar>
  );
  if (itemCount === 0) {
    return (
      <>
        {bar('No items')}
        <Empty title={isGrowing ? 'No items yet' : 'The dataset has no items'}>
          <p>
            An Actor adds them with <code>Actor.pushData()</code>. {isGrowing && 'They are shown here as they come.'}
          </p>
        </Empty>
      </>
    );
  }
  if (chosen === asJson) return <JsonItems {...sight} bar={bar} />;
  if (view?.isRowPerItem === false) return <ViewRows {...sight} view={view} bar={bar} />;
  return <ItemTable key={order} {...sight} view={view} bar={bar} />;
}

interface SightProps {
  readonly dataset: Dataset;
  readonly isNewestFirst: boolean;
  readonly isGrowing: boolean;
  readonly bar: (what: ReactNode) => ReactNode;
}

/** What was clicked: a value of an item, or the item as a whole. */
interface Opened {
  readonly title: string;
  readonly value: unknown;
}

type Column = VirtualColumn & ItemColumn;

/** So many characters have room in the column of numbers: a dataset that begins to grow has 9,999 items soon. */
const leastNumberChars = 5;

/** The column with the number of each item. */
const numberColumn = (count: number): Column => ({
  id: '#',
  header: '#',
  field: wholeItem,
  label: '#',
  format: 'number',
  widthPx: 34 + 8 * Math.max(leastNumberChars, formatNumber(count).length),
  isNumber: true,
});

const columnFor = (column: ItemColumn, samples: readonly unknown[]): Column => {
  const isNumber = isNumeric(column, samples);
  const widthPx = widthFor(column, samples);
  return { ...column, id: `.${column.field}`, header: column.label, widthPx, isNumber, isFlexible: !isNumber };
};

/** The columns for items that are shown, and how many fields have none. Those of a schema stay as they are. */
function useColumns(view: DatasetView | undefined, samples: readonly unknown[], count: number) {
  const known = useRef<{ readonly key: string; readonly hasSamples: boolean; readonly columns: readonly Column[] }>(
    undefined,
  );
  const key = view?.id ?? '';
  const hasSamples = samples.length > 0;
  const named = view?.columns ?? [];
  const { fields, more } = fieldsOf(samples, mostColumns);
  const shown: readonly ItemColumn[] =
    named.length > 0
      ? named.slice(0, mostColumns)
      : fields.map((field) => ({ field, label: field === wholeItem ? 'item' : field, format: undefined }));
  // A column that is there keeps its place and width, whatever other items have.
  const { columns: kept } = known.current?.key === key && known.current.hasSamples ? known.current : {};
  const added = shown.filter(({ field }) => !kept?.some((column) => column.field === field));
  if (kept === undefined || (added.length > 0 && kept.length < mostColumns)) {
    const all = [...(kept ?? []), ...added.map((column) => columnFor(column, samples))].slice(0, mostColumns);
    known.current = { key, hasSamples, columns: all };
  }
  const ofFields = known.current!.columns;
  // Numbers become longer while items come in.
  const ofNumber = useMemo(() => numberColumn(count), [formatNumber(count).length]);
  const columns = useMemo(() => [ofNumber, ...ofFields], [ofNumber, ofFields]);
  return { columns, more: named.length > 0 ? 0 : more };
}

/** A row for each item, in a table of any length. */
function ItemTable({ dataset, isNewestFirst, isGrowing, view, bar }: SightProps & { view: DatasetView | undefined }) {
  const { id, itemCount, stats } = dataset;
  const [windows] = useState(
    () =>
      new ItemWindows({
        windowItems: windowItemsFor({ bytes: stats.storageBytes, count: itemCount }),
        maxBytes: keptBytes,
        load: (offset, limit, signal) => loadItems(id, offset, limit, signal),
      }),
  );
  useEffect(() => () => windows.close(), [windows]);
  useSyncExternalStore(windows.subscribe, windows.version);
  const table = useRef<VirtualTableHandle>(null);
  const [sight, setSight] = useState({ first: 0, end: 20, isAtTop: true });
  const onSight = useCallback((first: number, end: number, isAtTop: boolean) => setSight({ first, end, isAtTop }), []);
  // With the newest first, what is being read stays while new items come in on top.
  const [frozen, setFrozen] = useState(itemCount);
  const total = sight.isAtTop || !isNewestFirst ? itemCount : Math.min(frozen, itemCount);
  if (total !== frozen) setFrozen(total);
  const indexOf = (row: number) => (isNewestFirst ? total - 1 - row : row);
  const { first, end } = sight;
  useEffect(() => {
    const last = Math.min(end, total);
    if (isNewestFirst) windows.want(total - last, total - first, itemCount);
    else windows.want(first, last, itemCount);
  }, [windows, first, end, total, itemCount, isNewestFirst]);
  const [opened, setOpened] = useState<Opened>();
  const samples = [...windows.seen(sampleItems)];
  const { columns, more } = useColumns(view, samples, itemCount);
  const cell = useCallback(
    (item: Row, column: Column) =>
      column.id === '#' ? (
        <span className={styles.number}>{item.index + 1}</span>
      ) : (
        <Cell item={item.item} column={column} />
      ),
    [],
  );
  const rowAt = useRows(windows);
  const hidden = itemCount - total;
  const newest = hidden > 0 && (
    <button type="button" className={styles.new} onClick={() => table.current?.scrollToTop()}>
      {formatNumber(hidden)} new
    </button>
  );
  return (
    <>
      {bar(
        <>
          {newest}
          <span>
            {rangeText(indexOf(first), indexOf(Math.min(end, total) - 1), itemCount, isGrowing && isNewestFirst)}
          </span>
        </>,
      )}
      {windows.error !== undefined && (
        <div className={styles.notice}>
          <Failure error={windows.error} retry={() => windows.retry()} />
        </div>
      )}
      <VirtualTable<Row, Column>
        label="Items"
        handle={table}
        rowCount={total}
        columns={columns}
        rowAt={(row) => rowAt(indexOf(row))}
        cell={cell}
        onSight={onSight}
        onOpen={({ item, index }, column) => setOpened(openedOf(item, column, index))}
      />
      {more > 0 && (
        <p className={styles.hint}>
          {formatCount(more, 'further field')} without a column. The number of an item opens all of it.
        </p>
      )}
      <ValueDialog opened={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}

interface Row {
  readonly item: unknown;
  readonly index: number;
}

/** Rows for items: the same object for an item as long as it is kept. */
function useRows(windows: ItemWindows): (index: number) => Row | undefined {
  const rows = useRef(new WeakMap<object, Row>());
  const plain = useRef(new Map<number, Row>());
  return (index) => {
    const item = windows.itemAt(index);
    if (item === undefined) return undefined;
    if (typeof item !== 'object' || item === null) {
      const known = plain.current.get(index);
      if (known !== undefined) return known;
      if (plain.current.size > 2000) plain.current.clear();
      const row = { item, index };
      plain.current.set(index, row);
      return row;
    }
    const known = rows.current.get(item);
    if (known !== undefined) return known;
    const row = { item, index };
    rows.current.set(item, row);
    return row;
  };
}

function openedOf(item: unknown, column: Column, index: number, what: 'item' | 'row' = 'item'): Opened {
  const place = `${what} ${formatNumber(index + 1)}`;
  return column.id === '#'
    ? { title: place, value: item }
    : { title: `${column.label} of ${place}`, value: columnValue(item, column.field) };
}

function rangeText(one: number, other: number, count: number, growsOnTop: boolean): string {
  const [first, last] = [Math.min(one, other) + 1, Math.max(one, other) + 1];
  const range = `${formatNumber(Math.max(1, first))}–${formatNumber(last)} of ${formatNumber(count)}`;
  return growsOnTop ? `${range}, new ones come in on top` : range;
}

function ValueDialog({ opened, onClose }: { readonly opened: Opened | undefined; readonly onClose: () => void }) {
  return (
    <Dialog title={opened?.title ?? ''} isOpen={opened !== undefined} onClose={onClose} size="wide">
      {opened !== undefined && <ValueView value={opened.value} label={opened.title} />}
    </Dialog>
  );
}

/** A value in a cell: by the format of the schema, else by what it is. What users or Actors wrote is shown as text. */
function Cell({ item, column }: { readonly item: unknown; readonly column: ItemColumn }) {
  const value = columnValue(item, column.field);
  if (value === undefined) return null;
  if (value === null) return <span className={styles.faint}>null</span>;
  const { format } = column;
  if (format === 'date') {
    const date = dateOf(value);
    if (date !== undefined) {
      return <span title={formatExact(date)}>{formatRelative(date.getTime(), Date.now())}</span>;
    }
  }
  // An image of another site is not loaded: it would tell that site who reads, and the console's policy forbids it.
  const link = linkOf(value);
  if (link !== undefined && format !== 'text') {
    return (
      <a href={link} target="_blank" rel="noopener noreferrer" tabIndex={-1} className={styles.mono}>
        <bdi>{format === 'image' ? 'Open image' : previewOf(value)}</bdi>
      </a>
    );
  }
  if (typeof value === 'number' && format !== 'text')
    return <>{format === 'number' ? formatNumber(value) : `${value}`}</>;
  if (typeof value === 'object') return <bdi className={styles.mono}>{previewOf(value)}</bdi>;
  return <bdi>{previewOf(value)}</bdi>;
}

const pageItems = 100;

/** Pages of items whose rows only the platform can say. */
function usePagedItems({ dataset, isNewestFirst }: SightProps, limit: number, view?: string) {
  const [page, setPage] = useAddressState<string>('items', '1', { isStep: true });
  const interval = useRefetchInterval();
  const pages = Math.max(1, Math.ceil(dataset.itemCount / limit));
  const number = Math.max(1, Math.min(pages, Math.floor(Number(page)) || 1));
  const offset = (number - 1) * limit;
  const query = useQuery({
    ...itemPageQuery(dataset.id, { offset, limit, view, isNewestFirst }),
    refetchInterval: interval,
  });
  const go = (next: number) => setPage(String(next));
  const { itemCount } = dataset;
  const end = Math.min(itemCount, offset + limit);
  const range = isNewestFirst
    ? rangeText(itemCount - end, itemCount - offset - 1, itemCount, false)
    : rangeText(offset, end - 1, itemCount, false);
  const pager = (
    <>
      <span>Items {range}</span>
      <Button
        size="small"
        disabledReason={number === 1 ? 'This is the first page.' : undefined}
        onClick={() => go(number - 1)}
      >
        Previous
      </Button>
      <Button
        size="small"
        disabledReason={number === pages ? 'This is the last page.' : undefined}
        onClick={() => go(number + 1)}
      >
        Next
      </Button>
    </>
  );
  return { query, pager, offset };
}

function JsonItems(props: SightProps) {
  const { dataset, bar } = props;
  const limit = Math.min(pageItems, windowItemsFor({ bytes: dataset.stats.storageBytes, count: dataset.itemCount }));
  const { query, pager } = usePagedItems(props, limit);
  const text = useMemo(() => JSON.stringify(query.data, undefined, 2), [query.data]);
  return (
    <>
      {bar(pager)}
      {query.error && query.data === undefined ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : text === undefined ? (
        <Skeleton rows={8} />
      ) : (
        <div className={styles.json}>
          <CodeEditor value={text} language="json" label="Items as JSON" />
        </div>
      )}
    </>
  );
}

/** A view that unwinds or leaves out items, page by page. */
function ViewRows(props: SightProps & { readonly view: DatasetView }) {
  const { view, bar } = props;
  const { query, pager, offset } = usePagedItems(props, pageItems, view.id);
  const rows = useMemo(() => (query.data ?? []).map((item, index): Row => ({ item, index })), [query.data]);
  const samples = rows.slice(0, sampleItems).map(({ item }) => item);
  const { columns } = useColumns(view, samples, rows.length);
  const [opened, setOpened] = useState<Opened>();
  const cell = useCallback(
    ({ item, index }: Row, column: Column) =>
      column.id === '#' ? <span className={styles.number}>{index + 1}</span> : <Cell item={item} column={column} />,
    [],
  );
  return (
    <>
      {bar(pager)}
      {query.error && query.data === undefined ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton rows={8} />
      ) : rows.length === 0 ? (
        <Empty title="The view shows nothing of these items" />
      ) : (
        <VirtualTable<Row, Column>
          key={offset}
          label={`Items in the view ${view.title}`}
          rowCount={rows.length}
          columns={columns}
          rowAt={(index) => rows[index]}
          cell={cell}
          onOpen={({ item, index }, column) => setOpened(openedOf(item, column, index, 'row'))}
        />
      )}
      <ValueDialog opened={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
