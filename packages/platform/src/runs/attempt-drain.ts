import type { LiveRun } from './live-run.ts';
import { untilAnswered, untilQuiet } from './quiet.ts';
import { isOver } from './run-state.ts';
import type { WorkerContext } from './supervision.ts';

/** Step 2 of a handoff. */
export function tellToMigrate({ parts, limits }: WorkerContext, run: LiveRun, attempt: number): void {
  run.container(attempt).migratingSentAt = parts.clock.now();
  parts.gate.countSaves(run.id, attempt);
  const timeRemainingSecs = Math.round(limits.graceMs / 1000);
  parts.events.send(run.id, attempt, { name: 'migrating', data: { timeRemainingSecs } });
}

/**
 * Step 4 of a handoff: holds what would begin new work, has the attempt save its state once more, and answers when that
 * can be taken to be done. The grace bounds it: the plan does not wait for the answer for longer.
 */
export async function saveLast(supervision: WorkerContext, run: LiveRun, attempt: number): Promise<void> {
  const { events, gate, clock } = supervision.parts;
  gate.stopWork(run.id, attempt);
  const isWanted = () => supervision.phase !== 'closed' && run.state.handoff?.from === attempt && !isOver(run.state);
  const watch = { gate, events, clock, runId: run.id, attempt, isWanted };
  await untilAnswered(watch);
  const expected = gate.countSaves(run.id, attempt);
  events.send(run.id, attempt, { name: 'persistState', data: { isMigrating: true } });
  await untilQuiet(watch, expected);
}
