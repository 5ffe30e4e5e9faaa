import type { Caller } from '../../database/operation.ts';
import { Refusal } from '../../shared/errors.ts';
import type { HandoffResult } from '../operations/handoff-lists.ts';
import type { ServerStatus, Servers } from './servers.ts';
import type { Supervisor } from './supervisor.ts';

export interface DrainResult {
  readonly server: ServerStatus;
  readonly moved: readonly HandoffResult[];
  /** Runs that are still on the server, each with the reason. */
  readonly failed: readonly { readonly runId: string; readonly type: string; readonly message: string }[];
}

/** How many runs are moved at the same time. Each boots a container, and many at once would slow down all of them. */
export const movesAtOnce = 4;

/** Closes a server for new runs and moves those on it, warm. Resolves when each has moved or cannot be moved. */
export async function drainServer(
  { supervisor, servers, caller }: { supervisor: Supervisor; servers: Servers; caller: Caller },
  serverId: string,
): Promise<DrainResult> {
  await servers.setDraining(serverId, true);
  const waiting = supervisor.runsOn(serverId);
  const moved: HandoffResult[] = [];
  const failed: DrainResult['failed'][number][] = [];
  const moveNext = async (): Promise<void> => {
    for (let runId = waiting.shift(); runId !== undefined; runId = waiting.shift()) {
      try {
        moved.push(await supervisor.migrate(runId, { mode: 'warm' }, caller));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        // A run that ended meanwhile, or was moved by another caller, has left the server too.
        if (supervisor.runsOn(serverId).includes(runId)) {
          failed.push({ runId, type: error.type, message: error.message });
        }
      }
    }
  };
  await Promise.all(Array.from({ length: movesAtOnce }, moveNext));
  // A run that could not be moved would be lost with the server.
  if (failed.length === 0) await servers.release(serverId);
  return { server: serverOf(supervisor, servers, serverId), moved, failed };
}

export const serverOf = (supervisor: Supervisor, servers: Servers, serverId: string): ServerStatus =>
  servers.list(supervisor.load()).find(({ id }) => id === serverId)!;
