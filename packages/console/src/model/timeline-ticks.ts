/** Marks on an axis of time, at round times of the reader's zone. Pure but for that zone. */

export interface TimelineWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Tick {
  readonly atMs: number;
  readonly text: string;
}

const secMs = 1000;
const minMs = 60 * secMs;
const hourMs = 60 * minMs;
const dayMs = 24 * hourMs;

const stepsMs: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((secs) => secs * secMs),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 5, 10, 30, 90, 180, 365, 730, 1825, 3650].map((days) => days * dayMs),
];

/** @param count how many there may be at most */
export function ticksOf({ fromMs, toMs }: TimelineWindow, count: number): readonly Tick[] {
  const wantedMs = (toMs - fromMs) / Math.max(1, count);
  const stepMs = stepsMs.find((each) => each >= wantedMs) ?? stepsMs.at(-1)!;
  const times = stepMs >= dayMs ? dayTimes({ fromMs, toMs }, stepMs / dayMs) : evenTimes({ fromMs, toMs }, stepMs);
  let shown = '';
  return times.map((atMs) => {
    const at = new Date(atMs);
    const today = at.toDateString();
    // The date is said where it changes, when the window has more than one.
    const isNewDay = shown !== '' && today !== shown;
    shown = today;
    return { atMs, text: stepMs >= dayMs || isNewDay ? dayText(at) : timeText(at, stepMs) };
  });
}

function evenTimes({ fromMs, toMs }: TimelineWindow, stepMs: number): number[] {
  const shiftMs = new Date(fromMs).getTimezoneOffset() * minMs;
  const times: number[] = [];
  for (let atMs = Math.ceil((fromMs - shiftMs) / stepMs) * stepMs + shiftMs; atMs <= toMs; atMs += stepMs) {
    times.push(atMs);
  }
  return times;
}

/** Midnights, also where a day has 23 hours. */
function dayTimes({ fromMs, toMs }: TimelineWindow, stepDays: number): number[] {
  const first = new Date(fromMs);
  const times: number[] = [];
  for (let day = 0; ; day += stepDays) {
    const atMs = new Date(first.getFullYear(), first.getMonth(), first.getDate() + day).getTime();
    if (atMs > toMs) return times;
    if (atMs >= fromMs) times.push(atMs);
  }
}

const two = (value: number) => String(value).padStart(2, '0');

function timeText(at: Date, stepMs: number): string {
  const minutes = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (stepMs >= minMs) return minutes;
  const secs = `${minutes}:${two(at.getSeconds())}`;
  return stepMs >= secMs ? secs : `${secs}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayText = (at: Date): string => day.format(at);

/** A time of day to the millisecond, for a crosshair. */
export const clockText = (atMs: number): string => timeText(new Date(atMs), 1);

/** The shortest window that can be chosen: a warm handoff takes some ms. */
const minWindowMs = 20;

/** A window that lies within another one, and is not too short. */
export function windowWithin({ fromMs, toMs }: TimelineWindow, all: TimelineWindow): TimelineWindow {
  const allMs = Math.max(minWindowMs, all.toMs - all.fromMs);
  const lengthMs = Math.min(allMs, Math.max(minWindowMs, toMs - fromMs));
  const latestMs = all.fromMs + allMs - lengthMs;
  const start = Math.min(latestMs, Math.max(all.fromMs, fromMs));
  return { fromMs: start, toMs: start + lengthMs };
}

/** Makes a window longer or shorter, so that what is at `aroundMs` stays where it is. */
export function zoomed({ fromMs, toMs }: TimelineWindow, factor: number, aroundMs: number): TimelineWindow {
  return { fromMs: aroundMs - (aroundMs - fromMs) * factor, toMs: aroundMs + (toMs - aroundMs) * factor };
}

/** As the address has it: `1796000000000-1796000060000`. */
export const windowText = ({ fromMs, toMs }: TimelineWindow): string => `${Math.round(fromMs)}-${Math.round(toMs)}`;

export function parseWindow(text: string): TimelineWindow | undefined {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  const window = { fromMs: Number(from), toMs: Number(to) };
  return window.toMs > window.fromMs ? window : undefined;
}
