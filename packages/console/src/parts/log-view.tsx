import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  useCallback,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { formatCount, formatNumber } from '../model/format.ts';
import { type LogFilter, LogSelection } from '../model/log-buffer.ts';
import { type LogState, logDownloadPath } from '../services/logs.ts';
import { useAddressState } from '../ui/address-state.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { Select, Switch } from '../ui/fields.tsx';
import { Empty, Failure, Skeleton } from '../ui/notice.tsx';
import { LogRow } from './log-row.tsx';
import styles from './log-view.module.css';
import { useLog } from './use-log.ts';

/** The height of a line that is not wrapped, as in the style sheet. */
const rowPx = 20;
/** As much as a scroll bar takes below the lines. */
const barPx = 18;
/** So close to the end one is at the end. */
const endPx = 30;
/** Where lines have no room beside their time, they are wrapped unless one switches that off. */
const narrow = '(max-width: 720px)';

const levelChoices = [
  { value: 'debug', label: 'All levels' },
  { value: 'info', label: 'Info and above' },
  { value: 'warning', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];

/** The log of a run or a build, live while it is not over. */
export function LogView({ id, isOver }: { readonly id: string; readonly isOver: boolean }) {
  const { buffer, length, state, error, retry } = useLog(id, isOver);
  const [least, setLeast] = useAddressState<LogFilter['least']>('level', 'debug');
  const [own, setOwn] = useAddressState<'shown' | 'hidden'>('platform', 'shown');
  const [usualWrap] = useState<'on' | 'off'>(() => (matchMedia(narrow).matches ? 'on' : 'off'));
  const [wrap, setWrap] = useAddressState<'on' | 'off'>('wrap', usualWrap);
  const [wanted, setWanted] = useAddressState<string>('find', '');
  const deferred = useDeferredValue(wanted);
  const selection = useSelection(buffer, length, { least, withOwn: own === 'shown' }, deferred);
  const { shown, found } = selection;
  // The height of a log that grows does not change with it.
  const [wasOver] = useState(isOver);
  const wasComplete = useRef(false);
  useEffect(() => {
    wasComplete.current ||= state === 'complete';
  }, [state]);
  const list = useRef<LogListHandle>(null);
  const find = useRef<HTMLInputElement>(null);
  const [current, setCurrent] = useState(0);
  const goTo = (index: number) => {
    if (found.length === 0) return;
    const next = (index + found.length) % found.length;
    setCurrent(next);
    list.current?.show(found[next]!);
  };
  // What is typed leads to the first line that has it.
  const first = deferred === '' ? undefined : found[0];
  useEffect(() => {
    if (first !== undefined) list.current?.show(first);
  }, [deferred, first]);
  // The virtual rows hide most of the log from the browser's own search.
  const openFind = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    find.current?.select();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it takes a key that belongs to the browser elsewhere
    <div className={classes(styles.view, wasOver && styles.whole)} onKeyDown={openFind}>
      <div className={styles.tools}>
        <Select
          options={levelChoices}
          value={least}
          onChange={setLeast as (value: string) => void}
          aria-label="Level"
        />
        <Switch label="Platform" isOn={own === 'shown'} onChange={(isOn) => setOwn(isOn ? 'shown' : 'hidden')} />
        <Switch label="Wrap" isOn={wrap === 'on'} onChange={(isOn) => setWrap(isOn ? 'on' : 'off')} />
        <search className={styles.find}>
          <input
            ref={find}
            type="search"
            value={wanted}
            placeholder="Find in the log"
            aria-label="Find in the log"
            onChange={({ target }) => {
              setWanted(target.value);
              setCurrent(0);
            }}
            onKeyDown={(event) => event.key === 'Enter' && goTo(current + (event.shiftKey ? -1 : 1))}
          />
          {wanted !== '' && (
            <>
              <span role="status">
                {found.length === 0 ? 'none' : `${formatNumber(current + 1)} of ${formatNumber(found.length)}`}
              </span>
              <Button size="small" kind="quiet" aria-label="Previous" onClick={() => goTo(current - 1)}>
                ↑
              </Button>
              <Button size="small" kind="quiet" aria-label="Next" onClick={() => goTo(current + 1)}>
                ↓
              </Button>
            </>
          )}
        </search>
        <span className={styles.state}>
          {formatCount(shown.length, 'line')}
          {shown.length < length && ` of ${formatNumber(length)}`} · <span role="status">{stateTexts[state]}</span>
        </span>
        <a className={styles.download} href={logDownloadPath(id)} download>
          Download
        </a>
      </div>
      {error !== undefined && <Failure error={error} retry={retry} />}
      {length === 0 && error === undefined && <NoLines state={state} isOver={isOver} />}
      {length > 0 && shown.length === 0 && (
        <Empty title="No line has this level">
          <Button size="small" onClick={() => setLeast('debug')}>
            Show all levels
          </Button>
        </Empty>
      )}
      {shown.length > 0 && (
        <LogList
          ref={list}
          selection={selection}
          isWrapped={wrap === 'on'}
          startsAtEnd={!isOver}
          isHistory={wasOver && !wasComplete.current}
          rowOf={(index) => buffer.at(shown[index]!)}
          wanted={deferred}
          currentIndex={wanted === '' ? undefined : found[current]}
        />
      )}
    </div>
  );
}

const stateTexts: Readonly<Record<LogState, string>> = {
  loading: 'loading',
  live: 'live',
  lost: 'reconnecting',
  complete: 'complete',
};

function NoLines({ state, isOver }: { readonly state: LogState; readonly isOver: boolean }) {
  if (state === 'loading' || state === 'lost') return <Skeleton rows={8} />;
  return (
    <Empty title={isOver ? 'The log is empty' : 'No lines yet'}>
      <p>
        {isOver
          ? 'Nothing was printed, or retention has deleted the log.'
          : 'What the Actor prints comes here as it is printed.'}
      </p>
    </Empty>
  );
}

/** The selection goes on where it was when the buffer grows, and begins anew for another filter or text. */
function useSelection(
  buffer: Parameters<LogSelection['update']>[0],
  length: number,
  { least, withOwn }: LogFilter,
  wanted: string,
): ShownLines {
  const selection = useMemo(() => new LogSelection({ least, withOwn }, wanted), [buffer, least, withOwn, wanted]);
  return useMemo(() => {
    const { shown, found } = selection.update(buffer);
    return { shown, found, bufferLength: buffer.length, countAfter: (length) => selection.countAfter(length) };
  }, [selection, buffer, length]);
}

interface ShownLines {
  /** Indexes into the buffer. */
  readonly shown: readonly number[];
  /** Indexes into `shown`. */
  readonly found: readonly number[];
  /** How many lines the buffer has, shown or not. */
  readonly bufferLength: number;
  readonly countAfter: (length: number) => number;
}

const isNearEnd = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < endPx;

interface LogListHandle {
  readonly show: (index: number) => void;
}

interface LogListProps {
  readonly ref: React.Ref<LogListHandle>;
  readonly selection: ShownLines;
  readonly isWrapped: boolean;
  readonly startsAtEnd: boolean;
  /** Whether what arrives was there before the page: it is not new to anyone who waits for it. */
  readonly isHistory: boolean;
  readonly rowOf: (index: number) => Parameters<typeof LogRow>[0]['line'];
  readonly wanted: string;
  readonly currentIndex: number | undefined;
}

function LogList({ ref, selection, isWrapped, startsAtEnd, isHistory, rowOf, wanted, currentIndex }: LogListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setIsFollowing] = useState(startsAtEnd);
  const following = useRef(isFollowing);
  following.current = isFollowing;
  const { shown, bufferLength } = selection;
  const [seen, setSeen] = useState(bufferLength);
  const [isAtEnd, setIsAtEnd] = useState(startsAtEnd);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
    getItemKey: (index) => shown[index]!,
  });
  useEffect(() => rows.measure(), [isWrapped]);
  const totalPx = rows.getTotalSize();
  const lastTop = useRef(0);
  // Not `scrollToIndex`, which goes on for some frames: it would take back what a reader has scrolled meanwhile.
  useLayoutEffect(() => {
    if (isFollowing) {
      box.current!.scrollTop = box.current!.scrollHeight;
      // A reader may scroll up before the browser tells of this: one event is for both then.
      lastTop.current = box.current!.scrollTop;
    }
    setIsAtEnd(isNearEnd(box.current!));
  }, [isFollowing, shown.length, totalPx]);
  useLayoutEffect(() => {
    if (isHistory) setSeen(bufferLength);
  }, [isHistory, bufferLength]);
  const show = useCallback(
    (index: number) => {
      setIsFollowing(false);
      rows.scrollToIndex(index, { align: 'center' });
    },
    [rows],
  );
  useImperativeHandle(ref, () => ({ show }), [show]);
  const onScroll = () => {
    const { scrollTop } = box.current!;
    const isUp = scrollTop < lastTop.current - 1;
    lastTop.current = scrollTop;
    const isEnd = isNearEnd(box.current!);
    setIsAtEnd(isEnd);
    // Following lets go when one scrolls up, and takes hold again at the end.
    if (isEnd !== following.current && (isEnd || isUp)) {
      setIsFollowing(isEnd);
      setSeen(bufferLength);
    }
  };
  // The browser scrolls to the end as it was when the key was pressed.
  const followAtEnd = (event: KeyboardEvent) => event.key === 'End' && setIsFollowing(true);
  const unread = isFollowing ? 0 : selection.countAfter(seen);
  const items = rows.getVirtualItems();
  return (
    <div className={styles.frame} style={{ flexBasis: totalPx + barPx }}>
      <section
        ref={box}
        className={styles.box}
        onScroll={onScroll}
        onKeyDown={followAtEnd}
        aria-label="Lines of the log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
      >
        <div className={classes(styles.lines, isWrapped && styles.wrapped)} style={{ height: totalPx }}>
          <div className={styles.window} style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
            {items.map(({ index, key }) => (
              <div key={key} data-index={index} ref={isWrapped ? rows.measureElement : undefined}>
                <LogRow line={rowOf(index)} wanted={wanted} isCurrent={index === currentIndex} />
              </div>
            ))}
          </div>
        </div>
      </section>
      {!isFollowing && !isAtEnd && (
        <button type="button" className={styles.toEnd} onClick={() => setIsFollowing(true)}>
          {unread > 0 ? `${formatCount(unread, 'new line')} ↓` : 'To the end ↓'}
        </button>
      )}
    </div>
  );
}
