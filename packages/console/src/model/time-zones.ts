/** What the browser knows of time zones. Pure; times in ms since 1970. */

const dayMs = 86_400_000;

/** A moment at which the clocks of a zone change. */
export interface ZoneTransition {
  readonly atMs: number;
  /** How far the zone is ahead of UTC, before and after it. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timezone, made);
  return made;
}

/** How far a zone is ahead of UTC at a moment. */
function offsetMsAt(timezone: string, atMs: number): number {
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = parts as Record<string, number>;
  const wallMs = Date.UTC(year!, month! - 1, day, hour, minute, second);
  return wallMs - Math.floor(atMs / 1000) * 1000;
}

/** When the clocks of a zone change, in order. */
export function transitionsOf(timezone: string, fromMs: number, untilMs: number): ZoneTransition[] {
  const transitions: ZoneTransition[] = [];
  let before = offsetMsAt(timezone, fromMs);
  for (let day = fromMs; day < untilMs; day += dayMs) {
    const after = offsetMsAt(timezone, day + dayMs);
    if (after === before) continue;
    let [early, late] = [Math.floor(day / 1000), Math.ceil((day + dayMs) / 1000)];
    while (late - early > 1) {
      const middle = Math.floor((early + late) / 2);
      if (offsetMsAt(timezone, middle * 1000) === before) early = middle;
      else late = middle;
    }
    transitions.push({ atMs: late * 1000, beforeMs: before, afterMs: after });
    before = after;
  }
  return transitions;
}

/** `02:30`, or `02:30:15`, of a time on the wall that is kept as if it were UTC. */
export function wallOf(wallMs: number): string {
  const text = new Date(wallMs).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}

/** `UTC+01:00`. */
export function offsetText(timezone: string, atMs: number): string {
  const minutes = Math.round(offsetMsAt(timezone, atMs) / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${two(hours)}:${two(rest)}`;
}

/** `Mon, Nov 30, 2026, 07:30` on the clocks of a zone. */
export function formatInZone(atMs: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: new Date(atMs).getUTCSeconds() === 0 ? undefined : '2-digit',
  }).format(atMs);
}

/** Names that are in use today where browsers list the former one: CLDR keeps a name once it has it. */
const renamed = [
  'Africa/Asmara',
  'America/Argentina/Buenos_Aires',
  'America/Argentina/Catamarca',
  'America/Argentina/Cordoba',
  'America/Argentina/Jujuy',
  'America/Argentina/Mendoza',
  'America/Atikokan',
  'America/Indiana/Indianapolis',
  'America/Kentucky/Louisville',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Atlantic/Faroe',
  'Europe/Kyiv',
  'Pacific/Chuuk',
  'Pacific/Kanton',
  'Pacific/Pohnpei',
];

function isZone(name: string): boolean {
  try {
    return formatOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** All names of zones; UTC first, which browsers leave out. */
export function zoneNames(): string[] {
  const names = [...Intl.supportedValuesOf('timeZone'), ...renamed.filter(isZone)].toSorted();
  return [...new Set(['UTC', ...names])];
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
