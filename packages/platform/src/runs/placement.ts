import { Refusal } from '../refusal.ts';

export interface PlaceableServer {
  readonly id: string;
  readonly state: 'ready' | 'draining' | 'lost';
  readonly attempts: number;
}

export interface PlacementRequest {
  /** The server that a run leaves: taken only when there is no other. */
  readonly leaving?: string;
  /** The one that was asked for. */
  readonly wanted?: string | null;
}

/**
 * The server for the next attempt: the one asked for, else the one with the fewest attempts; never one that is being
 * drained, or cannot be reached.
 * @throws Refusal 404 for a server that does not exist, 409 for one that takes no attempts, 503 when there is none
 */
export function place(servers: readonly PlaceableServer[], { leaving, wanted }: PlacementRequest): string {
  if (wanted) {
    const server = servers.find(({ id }) => id === wanted);
    const names = servers.map(({ id }) => id).join(', ');
    if (server === undefined) {
      throw new Refusal(404, 'server-not-found', `There is no server "${wanted}". Take one of ${names}.`);
    }
    if (server.state === 'ready') return server.id;
    if (server.state === 'lost') {
      throw new Refusal(409, 'server-lost', `The server ${wanted} cannot be reached. Look after it, or take another.`);
    }
    throw new Refusal(409, 'server-draining', `The server ${wanted} is being drained. Undrain it, or take another.`);
  }
  const open = servers.filter(({ state }) => state === 'ready');
  const elsewhere = open.filter(({ id }) => id !== leaving);
  const [best] = (elsewhere.length > 0 ? elsewhere : open).sort((one, other) => one.attempts - other.attempts);
  if (best !== undefined) return best.id;
  const why = servers.map(({ id, state }) => `${id} is ${state}`).join(', ') || 'there is none';
  throw new Refusal(503, 'no-server', `No server takes anything: ${why}. Undrain one, or add one.`);
}
