import type { FastifyInstance } from 'fastify';
import { chargeRun } from '../../runs/operations/charges.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { idempotencyKeyOf } from '../caller.ts';
import type { RunServices } from '../services.ts';
import { runMounts } from './run-mounts.ts';

/** The most events in one call. Apify's own limit. */
const maxCount = 10_000_000;

const checkCharge = bodyChecker<{ readonly eventName: string; readonly count?: number }>({
  type: 'object',
  required: ['eventName'],
  properties: {
    eventName: { type: 'string', minLength: 1, maxLength: 256 },
    count: { type: 'integer', minimum: 1, maximum: maxCount },
  },
});

export function registerRunChargeRoutes(app: FastifyInstance, { database, spendingLimits }: RunServices): void {
  for (const mount of runMounts) {
    const { prefix, addressOf } = mount;
    app.post(
      `${prefix}/charge`,
      { config: { access: { attempt: 'onlyOwnRun', run: mount }, effect: 'givesResults' } },
      async (request, reply) => {
        const { eventName, count = 1 } = checkCharge(request.body);
        const idempotencyKey = idempotencyKeyOf(request.headers['idempotency-key']);
        const charge = { address: addressOf(request), eventName, count, idempotencyKey };
        spendingLimits.note(await database.write(chargeRun, charge, request.caller));
        return reply.code(201).send({});
      },
    );
  }
}
