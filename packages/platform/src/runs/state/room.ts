/**
 * Which server a run goes to, and which of the runs that wait for memory starts next. Pure: memory, time and order are
 * arguments. A machine's memory is what the runs on it may have in all; several servers may share one machine.
 *
 * [room-1] the runs on a machine never get more memory than it has, except that a run which is under way already is never
 *     ended for want of it.
 * [room-2] users take turns, and the runs of a user start in the order of their creation. A run that does not fit is passed
 *     by those that do.
 * [room-3] a run that is first of its user and has waited for `patienceMs` is not passed on any more: the machine that can
 *     hold it starts nothing else until it fits.
 */
import { Refusal } from '../../shared/errors.ts';

export interface PlaceableServer {
  readonly id: string;
  readonly state: 'ready' | 'draining' | 'lost';
  /** How many active attempts are on it. */
  readonly attempts: number;
  /** Servers of one machine share its memory. */
  readonly machine: string;
  readonly memoryMbytes: number;
  /** Of the machine: less than 0 when its runs have more than it has. */
  readonly freeMbytes: number;
}

export interface PlacementRequest {
  /** The server that a run leaves: chosen only when there is no other. */
  readonly leaving?: string | undefined;
  /** The server that was asked for. */
  readonly wanted?: string | null | undefined;
  /** How much memory must be free there; 0 for a run that has its place already. */
  readonly memoryMbytes?: number;
  /** A machine on which so much memory becomes free when the run leaves it. */
  readonly swaps?: string | undefined;
}

const fits = ({ machine, freeMbytes }: PlaceableServer, { memoryMbytes = 0, swaps }: PlacementRequest): boolean =>
  memoryMbytes === 0 || machine === swaps || freeMbytes >= memoryMbytes;

/**
 * The server for the next attempt: the one asked for, else the one with the fewest attempts; never one that is
 * drained or cannot be reached.
 * @throws Refusal 404 for a server that does not exist; 409 for one that takes no attempts, and `no-room` when there is not
 *     enough memory [room-1]; 503 when there is no server
 */
export function place(servers: readonly PlaceableServer[], request: PlacementRequest): string {
  const { leaving, wanted, memoryMbytes = 0 } = request;
  if (wanted) return placeOn(servers, wanted, request);
  const open = servers.filter(({ state }) => state === 'ready');
  if (open.length === 0) {
    const why = servers.map(({ id, state }) => `${id} is ${state}`).join(', ') || 'there is none';
    throw new Refusal(503, 'no-server', `No server takes new attempts: ${why}. Undrain one, or add one.`);
  }
  const elsewhere = open.filter(({ id }) => id !== leaving);
  const [best] = (elsewhere.length > 0 ? elsewhere : open)
    .filter((server) => fits(server, request))
    .sort((one, other) => one.attempts - other.attempts);
  if (best === undefined) throw noRoom('No server', memoryMbytes);
  return best.id;
}

function placeOn(servers: readonly PlaceableServer[], wanted: string, request: PlacementRequest): string {
  const server = servers.find(({ id }) => id === wanted);
  const names = servers.map(({ id }) => id).join(', ');
  if (server === undefined) {
    throw new Refusal(404, 'server-not-found', `There is no server "${wanted}". Take one of ${names}.`);
  }
  if (server.state === 'lost') {
    throw new Refusal(409, 'server-lost', `The server ${wanted} cannot be reached. Repair it, or choose another.`);
  }
  if (server.state === 'draining') {
    throw new Refusal(409, 'server-draining', `The server ${wanted} is being drained. Undrain it, or choose another.`);
  }
  if (!fits(server, request)) throw noRoom(`The server ${wanted} does not`, request.memoryMbytes ?? 0);
  return server.id;
}

const noRoom = (who: string, memoryMbytes: number): Refusal =>
  new Refusal(
    409,
    'no-room',
    `${who === 'No server' ? 'No server has' : `${who} have`} ${memoryMbytes} MB of memory left for another attempt. ` +
      'Wait until other runs end, or add a server.',
  );

/** @throws Refusal 402 `actor-memory-limit-exceeded`, as on Apify, for a run that no server can ever hold */
export function checkMemory(servers: readonly PlaceableServer[], memoryMbytes: number): void {
  const largest = Math.max(0, ...servers.map((server) => server.memoryMbytes));
  if (servers.length === 0 || memoryMbytes <= largest) return;
  throw new Refusal(
    402,
    'actor-memory-limit-exceeded',
    `The run needs ${memoryMbytes} MB of memory, and the largest server has ${largest} MB for all of its runs. ` +
      'Start it with less memory, or the platform with more (wherry up --memory).',
  );
}

/** A run that waits for memory. */
export interface QueuedRun {
  readonly id: string;
  readonly userId: string;
  readonly memoryMbytes: number;
  /** When it was started or resurrected, in ms since 1970. */
  readonly queuedAt: number;
}

/** [room-3] */
export const patienceMs = 60_000;

/** When each user had a turn for the last time, as a count of turns; users without one are first. */
export type Turns = Map<string, number>;

/** A run that may start, and where. */
export interface Allotment {
  readonly run: QueuedRun;
  readonly serverId: string;
}

/**
 * The runs that may start now, in order. Counts their turns in `turns`.
 * [room-2], [room-3]
 */
export function allot(
  queue: readonly QueuedRun[],
  servers: readonly PlaceableServer[],
  turns: Turns,
  now: number,
): Allotment[] {
  const allotments: Allotment[] = [];
  const queues = Map.groupBy(
    queue.toSorted((one, other) => one.queuedAt - other.queuedAt),
    ({ userId }) => userId,
  );
  let open = servers.filter(({ state }) => state === 'ready');
  while (queues.size > 0) {
    const [userId, runs] = nextUser(queues, turns);
    const found = firstThatFits(runs, open);
    const [head] = runs as [QueuedRun];
    if (found?.run !== head && now - head.queuedAt >= patienceMs) {
      const kept = machineFor(head, open);
      open = open.filter(({ machine }) => machine !== kept);
    }
    const allotment = found && open.some(({ id }) => id === found.serverId) ? found : firstThatFits(runs, open);
    if (allotment === undefined) {
      queues.delete(userId);
      continue;
    }
    allotments.push(allotment);
    turns.set(userId, Math.max(0, ...turns.values()) + 1);
    open = afterStart(open, allotment);
    const left = runs.filter((run) => run !== allotment.run);
    if (left.length > 0) queues.set(userId, left);
    else queues.delete(userId);
  }
  return allotments;
}

/** The user whose turn was the longest ago; among those without one, the one whose run is the oldest. */
function nextUser(queues: ReadonlyMap<string, QueuedRun[]>, turns: Turns): [string, QueuedRun[]] {
  const [first] = [...queues].sort(([one, [oldest]], [other, [itsOldest]]) => {
    return (turns.get(one) ?? 0) - (turns.get(other) ?? 0) || oldest!.queuedAt - itsOldest!.queuedAt;
  });
  return first!;
}

function firstThatFits(runs: readonly QueuedRun[], servers: readonly PlaceableServer[]): Allotment | undefined {
  for (const run of runs) {
    const [best] = servers
      .filter((server) => fits(server, run))
      .sort((one, other) => one.attempts - other.attempts || other.freeMbytes - one.freeMbytes);
    if (best !== undefined) return { run, serverId: best.id };
  }
  return undefined;
}

/** The machine that can hold the run and is closest to it. */
function machineFor({ memoryMbytes }: QueuedRun, servers: readonly PlaceableServer[]): string | undefined {
  const [best] = servers
    .filter((server) => server.memoryMbytes >= memoryMbytes)
    .sort((one, other) => other.freeMbytes - one.freeMbytes);
  return best?.machine;
}

const afterStart = (servers: readonly PlaceableServer[], { run, serverId }: Allotment): PlaceableServer[] => {
  const machine = servers.find(({ id }) => id === serverId)?.machine;
  return servers.map((server) => ({
    ...server,
    attempts: server.attempts + (server.id === serverId ? 1 : 0),
    freeMbytes: server.freeMbytes - (server.machine === machine ? run.memoryMbytes : 0),
  }));
};
