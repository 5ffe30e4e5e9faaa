import type { FastifyInstance } from 'fastify';
import { generalAccesses } from '../../accounts/general-access.ts';
import { setGeneralAccess } from '../../runs/operations/run-details.ts';
import { Refusal } from '../../shared/errors.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { userIdOf } from '../caller.ts';
import type { RunServices } from '../services.ts';
import { type RunMount, runMounts } from './run-mounts.ts';
import { changedRun, findRun } from './run-reading.ts';

/** Changes a run's status message and its general access. */
export function registerRunUpdateRoutes(app: FastifyInstance, services: RunServices): void {
  for (const mount of runMounts) registerUpdate(app, services, mount);
}

interface UpdateBody {
  readonly runId?: string | null;
  readonly statusMessage?: string | null;
  readonly isStatusMessageTerminal?: boolean | null;
  readonly generalAccess?: string | null;
}

const checkUpdate = bodyChecker<UpdateBody>({
  type: 'object',
  properties: {
    runId: { type: 'string', nullable: true },
    statusMessage: { type: 'string', nullable: true },
    isStatusMessageTerminal: { type: 'boolean', nullable: true },
    generalAccess: { enum: [...generalAccesses, null] },
  },
});

function registerUpdate(app: FastifyInstance, services: RunServices, mount: RunMount): void {
  app.put(
    mount.prefix,
    { config: { access: { attempt: 'ownRun', run: mount }, effect: 'savesState' } },
    async (request) => {
      const body = checkUpdate(request.body);
      const { id } = await findRun(services, mount, request);
      checkSense(body, id);
      const userId = userIdOf(request);
      const address = { kind: 'id', userId, runId: id } as const;
      const { statusMessage: message, isStatusMessageTerminal } = body;
      if (typeof message === 'string') {
        const change = { kind: 'setStatusMessage', message, isTerminal: isStatusMessageTerminal === true } as const;
        await services.runControl.change(id, change, request.caller);
      }
      if (body.generalAccess) {
        await services.database.write(setGeneralAccess, { address, generalAccess: body.generalAccess }, request.caller);
      }
      return changedRun(services, userId, id);
    },
  );
}

function checkSense({ runId, statusMessage, isStatusMessageTerminal }: UpdateBody, id: string): void {
  if (runId && runId !== id) {
    throw new Refusal(
      400,
      'id-does-not-match',
      `The body names the run "${runId}", the URL names ${id}. Nothing changed.`,
    );
  }
  if (isStatusMessageTerminal && typeof statusMessage !== 'string') {
    throw new Refusal(
      400,
      'cannot-set-is-status-message-terminal',
      'Send the last status message along with "isStatusMessageTerminal". Nothing was changed.',
    );
  }
}
