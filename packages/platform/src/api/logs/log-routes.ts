import { pipeline } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findLogSubject, findRunLog, type LogKind, type LogSubject } from '../../runs/operations/log-subject.ts';
import type { AttemptAccess } from '../access.ts';
import { userIdOf } from '../caller.ts';
import { booleanOf, queryOf } from '../query.ts';
import { runMounts } from '../runs/run-mounts.ts';
import type { Services } from '../services.ts';
import { plainText } from './plain-text.ts';

export function registerLogRoutes(app: FastifyInstance, services: Services): void {
  const { database } = services;
  const byId =
    (kind: LogKind) =>
    (request: FastifyRequest): Promise<LogSubject> => {
      const { id } = request.params as { id: string };
      return database.read(findLogSubject, { userId: userIdOf(request), id, kind }, request.caller);
    };
  registerLog(app, services, '/v2/logs/:id', {
    access: { attempt: 'readLog', visitor: 'generalAccess' },
    find: byId('either'),
  });
  registerLog(app, services, '/v2/actor-builds/:id/log', { access: { attempt: 'readLog' }, find: byId('build') });
  for (const run of runMounts) {
    registerLog(app, services, `${run.prefix}/log`, {
      access: { attempt: 'readRun', run, visitor: 'generalAccess' },
      find: (request) => database.read(findRunLog, { address: run.addressOf(request) }, request.caller),
    });
  }
}

interface Subject {
  readonly access: AttemptAccess;
  readonly find: (request: FastifyRequest) => Promise<LogSubject>;
}

function registerLog(app: FastifyInstance, services: Services, url: string, { access, find }: Subject): void {
  app.get(url, { config: { access, effect: 'reads' } }, async (request, reply) => {
    const query = queryOf(request);
    const [stream, download, raw] = ['stream', 'download', 'raw'].map((name) => booleanOf(query, name) === true);
    const subject = await find(request);
    describe(reply, download ? `${subject.id}.log` : undefined);
    // A follower of a log without lines learns at once that there is one.
    if (stream) reply.raw.once('pipe', () => reply.raw.flushHeaders());
    const log = stream ? follow(services, request, subject) : services.logs.read(subject.id);
    if (raw) return reply.send(log);
    // An error ends the response early, which its reader notices.
    return reply.send(pipeline(log, plainText(), () => undefined));
  });
}

function follow({ database, logs }: Services, request: FastifyRequest, { id }: LogSubject) {
  const subject = { userId: userIdOf(request), id, kind: 'either' } as const;
  return logs.follow(id, async () => {
    // The platform is the caller, since the response continues even when the attempt that asked for it is fenced.
    return (await database.read(findLogSubject, subject, { kind: 'platform' })).isOver;
  });
}

function describe(reply: FastifyReply, fileName: string | undefined): void {
  reply.headers({
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
    ...(fileName !== undefined && { 'content-disposition': `attachment; filename="${fileName}"` }),
  });
}
