import { Refusal } from '../refusal.ts';

export interface PlaceableServer {
  readonly id: string;
  readonly isDraining: boolean;
  readonly attempts: number;
}

export interface PlacementWish {
  /** The server that a run leaves: taken only when there is no other. */
  readonly leaving?: string;
  /** The one that was asked for. */
  readonly wanted?: string | null;
}

/**
 * The server for the next attempt: the one asked for, else the one with the fewest attempts; never one that is being
 * drained.
 * @throws Refusal 404 for a server that does not exist, 409 for one that is being drained, 503 when there is none
 */
export function place(servers: readonly PlaceableServer[], { leaving, wanted }: PlacementWish): string {
  if (wanted) {
    const server = servers.find(({ id }) => id === wanted);
    const names = servers.map(({ id }) => id).join(', ');
    if (server === undefined) {
      throw new Refusal(404, 'server-not-found', `There is no server "${wanted}". Take one of ${names}.`);
    }
    if (!server.isDraining) return server.id;
    throw new Refusal(409, 'server-draining', `The server ${wanted} is being drained. Undrain it, or take another.`);
  }
  const open = servers.filter(({ isDraining }) => !isDraining);
  const elsewhere = open.filter(({ id }) => id !== leaving);
  const [best] = (elsewhere.length > 0 ? elsewhere : open).sort((one, other) => one.attempts - other.attempts);
  if (best !== undefined) return best.id;
  throw new Refusal(503, 'no-server', 'Every server is being drained, so nothing can be started. Undrain one.');
}
