import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkProofBody, deleteProof, failuresOf, getProof, listProofs, publishProof } from '../../actors/proofs.ts';
import { Refusal } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { noteMade } from '../audited-calls.ts';
import { userIdOf } from '../caller.ts';
import type { Services } from '../services.ts';

const maxReportBytes = 5 * 1024 * 1024;

const reportTooLarge = () =>
  new Refusal(
    413,
    'request-too-large',
    'A report may have 5 MB. Nothing was stored. `wherry prove --publish` shortens the logs in it.',
  );

type OfActor = { readonly actorId: string };
type OfProof = { readonly proofId: string };

const account = { attempt: 'account' } as const;

/** Reports of `wherry prove` that were published for an Actor. */
export function registerProofRoutes(app: FastifyInstance, { database }: Services): void {
  const ofActor = '/wherry/v1/actors/:actorId/proofs';
  const ofProof = '/wherry/v1/proofs/:proofId';
  const addressOf = (request: FastifyRequest) => ({
    userId: userIdOf(request),
    proofId: (request.params as OfProof).proofId,
  });

  app.post(
    ofActor,
    { bodyLimit: maxReportBytes, config: { access: account, effect: 'savesState', tooLarge: reportTooLarge } },
    async (request, reply) => {
      const { report, buildNumber = null } = checkProofBody(request.body);
      const id = newId();
      noteMade(request, id);
      const { verdict, faults } = report;
      const proof = {
        ...{ id, userId: userIdOf(request), actor: (request.params as OfActor).actorId },
        ...{ verdict, faults, failures: failuresOf(report), buildNumber },
        report: await promisify(gzip)(JSON.stringify(report)),
      };
      const published = await database.write(publishProof, proof, request.caller);
      return reply.code(201).send({ data: published });
    },
  );

  app.get(ofActor, { config: { access: account, effect: 'reads' } }, async (request) => {
    const input = { userId: userIdOf(request), actor: (request.params as OfActor).actorId };
    return { data: { items: await database.read(listProofs, input, request.caller) } };
  });

  app.get(ofProof, { config: { access: account, effect: 'reads' } }, async (request, reply) => {
    const { proof, report } = await database.read(getProof, addressOf(request), request.caller);
    // As it was sent: to parse megabytes and write them again would hold up other calls.
    const text = (await promisify(gunzip)(report)).toString();
    const head = JSON.stringify(proof).slice(0, -1);
    return reply.type('application/json; charset=utf-8').send(`{"data":${head},"report":${text}}}`);
  });

  app.delete(ofProof, { config: { access: account, effect: 'savesState' } }, async (request, reply) => {
    await database.write(deleteProof, addressOf(request), request.caller);
    return reply.code(204).send();
  });
}
