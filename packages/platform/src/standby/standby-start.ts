import { prepareRun, type StartParts, startRun } from '../runs/start/run-start.ts';
import { getStandbyRun, type StandbyActor, type StandbyRun } from './standby-actor.ts';

/**
 * Starts a run that takes requests, with the settings of its Actor and without a timeout. It is the owner's, whoever sends
 * the request.
 * @throws Refusal as the start of any run does
 */
export async function startStandbyRun(parts: StartParts, actor: StandbyActor): Promise<StandbyRun> {
  const { userId, actorId, taskId, settings } = actor;
  const owner = { kind: 'user', userId } as const;
  const { build, memoryMbytes } = settings;
  const prepared = await prepareRun(
    parts,
    {
      userId,
      target: taskId === null ? { actor: actorId } : { task: taskId },
      options: { build, timeoutSecs: 0, memoryMbytes, restartOnError: false },
      // The defaults of the schema are added.
      input: settings.shouldPassActorInput ? { body: Buffer.from('{}'), contentType: 'application/json' } : 'none',
      meta: { origin: 'STANDBY' },
      hasFixedMemory: true,
    },
    owner,
  );
  const runId = await startRun(parts, prepared, owner);
  return parts.database.read(getStandbyRun, { runId }, { kind: 'platform' });
}
