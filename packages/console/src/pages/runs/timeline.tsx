import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { formatDuration } from '../../model/format.ts';
import { layoutTimeline, type TimelineLayout, wholeWindow } from '../../model/timeline.ts';
import {
  phaseWords,
  type TimelineAttempt,
  type TimelineHandoff,
  type TimelineSample,
} from '../../model/timeline-phases.ts';
import { nextMoment, type Reading, readAt } from '../../model/timeline-reading.ts';
import { metricText } from '../../model/timeline-samples.ts';
import {
  clockText,
  parseWindow,
  type TimelineWindow,
  windowText,
  windowWithin,
  zoomed,
} from '../../model/timeline-ticks.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { useNow } from '../../ui/time.tsx';
import styles from './timeline.module.css';
import { TimelineOverlay, TimelineShapes } from './timeline-shapes.tsx';

interface TimelineProps {
  readonly attempts: readonly TimelineAttempt[];
  readonly handoffs: readonly TimelineHandoff[];
  readonly samples: readonly TimelineSample[];
  /** How often was measured. */
  readonly everyMs: number;
  /** What is said of a server below its name. */
  readonly serverStates: ReadonlyMap<string, string>;
  readonly isUnfolded: boolean;
}

/** How much one step of a wheel or a key zooms. */
const zoomStep = 1.25;
/** A shorter movement is a click. */
const dragPx = 5;
/** How near to a handoff the crosshair reads it. */
const nearPx = 8;

/** The attempts of a run on an axis of time. It follows now, until one zooms; the address has the window then. */
export function Timeline(props: TimelineProps) {
  const { attempts, handoffs, samples, everyMs, serverStates, isUnfolded } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const currentMs = useNow();
  const isAtWork = attempts.some(({ phase }) => phase === 'active' || phase === 'waiting');
  // What is over does not change with the time.
  const nowMs = isAtWork || attempts.length === 0 ? currentMs : 0;
  const [chosen, setChosen] = useAddressState<string>('window', '');
  const all = wholeWindow(attempts, handoffs, nowMs);
  const wanted = parseWindow(chosen);
  const window = wanted === undefined ? all : windowWithin(wanted, all);
  const setWindow = (next: TimelineWindow | undefined) => {
    const within = next && windowWithin(next, all);
    const isAll = within === undefined || within.toMs - within.fromMs >= (all.toMs - all.fromMs) * 0.999;
    setChosen(isAll ? '' : windowText(within));
  };
  const layout = useMemo(
    () => layoutTimeline(attempts, handoffs, samples, window, width, { nowMs, isUnfolded }),
    [attempts, handoffs, samples, window.fromMs, window.toMs, width, nowMs, isUnfolded],
  );
  const { phases } = layout;
  const [cursorMs, setCursorMs] = useState<number>();
  const timeAt = (x: number) => window.fromMs + ((x - layout.plotX) / layout.plotWidth) * (window.toMs - window.fromMs);
  const { handlers, brush } = useGestures({ box, layout, timeAt, setCursorMs, setWindow });
  const reading = cursorMs === undefined ? undefined : readAt(phases, samples, cursorMs, everyMs * 3);
  const cursorX =
    cursorMs === undefined
      ? undefined
      : layout.plotX + ((cursorMs - window.fromMs) / (window.toMs - window.fromMs)) * layout.plotWidth;
  const handoff = layout.links.find(
    ({ from, to }) => cursorX !== undefined && cursorX >= from[0] - nearPx && cursorX <= to[0] + nearPx,
  );
  const text = reading === undefined ? undefined : readingText(reading, handoff?.text);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursorMs ?? window.toMs;
    const act = keyActions({ phases, window, all, at, setCursorMs, setWindow })[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  return (
    <>
      <div
        ref={box}
        className={styles.timeline}
        role="slider"
        tabIndex={0}
        aria-label="Time. Arrows go to what happened before and after, plus and minus zoom, Escape shows all."
        aria-valuemin={Math.round(window.fromMs)}
        aria-valuemax={Math.round(window.toMs)}
        aria-valuenow={Math.round(cursorMs ?? window.toMs)}
        aria-valuetext={text ?? clockText(window.toMs)}
        onKeyDown={onKeyDown}
        onDoubleClick={() => setWindow(undefined)}
        {...handlers}
      >
        <TimelineShapes layout={layout} serverStates={serverStates} />
        <TimelineOverlay layout={layout} cursorX={cursorX} brush={brush} />
      </div>
      <p className={styles.reading} aria-hidden="true">
        {text ?? summaryOf(attempts, handoffs, window, wanted !== undefined)}
      </p>
    </>
  );
}

function useWidth(box: React.RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(900);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

function readingText({ atMs, attempts, sample }: Reading, handoff: string | undefined): string {
  const parts = [clockText(atMs)];
  if (attempts.length === 0) parts.push('no attempt');
  for (const { number, serverId, phase } of attempts)
    parts.push(`attempt ${number} ${phaseWords[phase]} on ${serverId}`);
  if (sample?.inFlightRequests != null) parts.push(`${sample.inFlightRequests} in flight`);
  for (const metric of ['memoryBytes', 'cpuPercent'] as const) {
    const value = sample?.[metric];
    if (value != null) parts.push(metricText(metric, value));
  }
  if (handoff !== undefined) parts.push(handoff);
  return parts.join(' · ');
}

function summaryOf(
  attempts: readonly TimelineAttempt[],
  handoffs: readonly TimelineHandoff[],
  { fromMs, toMs }: TimelineWindow,
  isZoomed: boolean,
): string {
  const moves = handoffs.filter(({ phase }) => phase !== 'cancelled').length;
  const counts = `${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}, ${moves} ${moves === 1 ? 'handoff' : 'handoffs'}`;
  return isZoomed
    ? `${formatDuration(toMs - fromMs)} of the run. Double click shows all.`
    : `${counts}. Point to read, drag to zoom.`;
}

interface KeyContext {
  readonly phases: Parameters<typeof nextMoment>[0];
  readonly window: TimelineWindow;
  readonly all: TimelineWindow;
  readonly at: number;
  readonly setCursorMs: (ms: number | undefined) => void;
  readonly setWindow: (window: TimelineWindow | undefined) => void;
}

function keyActions(context: KeyContext): Record<string, (() => void) | undefined> {
  const { phases, window, all, at, setCursorMs, setWindow } = context;
  const moveTo = (ms: number | undefined) => {
    if (ms === undefined) return;
    setCursorMs(ms);
    const length = window.toMs - window.fromMs;
    if (ms < window.fromMs || ms > window.toMs) setWindow({ fromMs: ms - length / 2, toMs: ms + length / 2 });
  };
  return {
    ArrowLeft: () => moveTo(nextMoment(phases, at, -1)),
    ArrowRight: () => moveTo(nextMoment(phases, at, 1)),
    Home: () => moveTo(all.fromMs),
    End: () => moveTo(all.toMs),
    '+': () => setWindow(zoomed(window, 1 / zoomStep, at)),
    '=': () => setWindow(zoomed(window, 1 / zoomStep, at)),
    '-': () => setWindow(zoomed(window, zoomStep, at)),
    Escape: () => {
      setCursorMs(undefined);
      setWindow(undefined);
    },
  };
}

interface GestureContext {
  readonly box: React.RefObject<HTMLDivElement | null>;
  readonly layout: TimelineLayout;
  readonly timeAt: (x: number) => number;
  readonly setCursorMs: (ms: number | undefined) => void;
  readonly setWindow: (window: TimelineWindow | undefined) => void;
}

/** Dragging and pinching zoom, as does the wheel with ctrl; pointing reads. */
function useGestures({ box, layout, timeAt, setCursorMs, setWindow }: GestureContext) {
  const pointers = useRef(new Map<number, number>());
  const startX = useRef<number>(undefined);
  const pinch = useRef<{ readonly px: number; readonly window: TimelineWindow }>(undefined);
  const [brush, setBrush] = useState<readonly [number, number]>();
  const current = useRef({ layout, timeAt, setWindow });
  current.current = { layout, timeAt, setWindow };
  const xOf = (event: { readonly clientX: number }) => {
    const { plotX, plotWidth } = current.current.layout;
    const x = event.clientX - box.current!.getBoundingClientRect().left;
    return Math.min(plotX + plotWidth, Math.max(plotX, x));
  };
  useEffect(() => {
    const element = box.current!;
    // React's own listener is passive, and cannot keep the page from zooming.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { layout: now, timeAt: at, setWindow: set } = current.current;
      const factor = Math.min(4, Math.max(0.25, Math.exp(event.deltaY * 0.004)));
      set(zoomed(now.window, factor, at(xOf(event))));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [box]);
  const end = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId);
    const from = startX.current;
    startX.current = undefined;
    pinch.current = undefined;
    setBrush(undefined);
    const x = xOf(event);
    if (from === undefined || event.type === 'pointercancel' || Math.abs(x - from) < dragPx) return;
    setWindow({ fromMs: timeAt(Math.min(from, x)), toMs: timeAt(Math.max(from, x)) });
  };
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      pointers.current.set(event.pointerId, xOf(event));
      if (pointers.current.size === 1) startX.current = xOf(event);
      if (pointers.current.size !== 2) return;
      const [one, two] = [...pointers.current.values()];
      startX.current = undefined;
      setBrush(undefined);
      pinch.current = { px: Math.max(10, Math.abs(one! - two!)), window: layout.window };
    },
    onPointerMove: (event: PointerEvent) => {
      const x = xOf(event);
      if (pointers.current.has(event.pointerId)) pointers.current.set(event.pointerId, x);
      if (pinch.current !== undefined && pointers.current.size === 2) {
        const [one, two] = [...pointers.current.values()];
        const factor = pinch.current.px / Math.max(10, Math.abs(one! - two!));
        setWindow(zoomed(pinch.current.window, factor, timeAt((one! + two!) / 2)));
        return;
      }
      setCursorMs(timeAt(x));
      const from = startX.current;
      if (from !== undefined && Math.abs(x - from) >= dragPx) {
        // From here on it is a drag, also outside of the timeline.
        box.current!.setPointerCapture(event.pointerId);
        setBrush([Math.min(from, x), Math.max(from, x)]);
      }
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: () => {
      if (startX.current === undefined) setCursorMs(undefined);
    },
  };
  return { handlers, brush };
}
