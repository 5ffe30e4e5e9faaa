import { readFileSync } from 'node:fs';
import { type Clock, SteadyClock } from '../../shared/clock.ts';
import type { SqliteSession } from './session.ts';

/** What distinguishes the boots of this machine; undefined where it cannot be read (source: random(4), "boot_id"). */
export function bootIdOfMachine(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Goes on with the steady time that an earlier process of the same boot has stored [clock-4]. After a boot, and in a folder
 * that comes from another machine, it starts with the wall clock: only that has gone on meanwhile.
 */
export function openSteadyClock(
  { connection }: SqliteSession,
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
  bootId: string | undefined,
): SteadyClock {
  const row = connection.prepare('SELECT boot_id, base_ms FROM steady_clock').get() as
    | { boot_id: string; base_ms: number }
    | undefined;
  if (row !== undefined && row.boot_id === bootId) return new SteadyClock(clock, row.base_ms);
  const baseMs = clock.now() - clock.monotonicMs();
  if (bootId !== undefined) {
    connection
      .prepare(
        `INSERT INTO steady_clock (id, boot_id, base_ms) VALUES (1, ?, ?)
          ON CONFLICT (id) DO UPDATE SET boot_id = excluded.boot_id, base_ms = excluded.base_ms`,
      )
      .run(bootId, baseMs);
  }
  return new SteadyClock(clock, baseMs);
}
