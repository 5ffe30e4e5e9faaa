/** What the routes declare, as docs/security.md has it. */
import { readFile } from 'node:fs/promises';
import Fastify, { type RouteOptions } from 'fastify';
import pino from 'pino';
import { expect, test } from 'vitest';
import { type Access, requireDeclarations } from '../src/api/access.ts';
import { createApp } from '../src/api/app.ts';
import { registerRoutes } from '../src/api/routes.ts';

const page = new URL('../../../docs/security.md', import.meta.url);

/** With what lets visitors make the call, if anything does. */
function nameOf(access: Access): string {
  if (typeof access === 'string') return access;
  return 'visitor' in access && access.visitor !== undefined ? `${access.attempt}, ${access.visitor}` : access.attempt;
}

/** The paths under which one thing is reached count as one. */
function canonical(url: string): string {
  const path = url.replace(/^\/v2\/acts(?=\/|$)/, '/v2/actors');
  const ofRun = path
    .replace(/^\/v2\/actor-runs\/:runId(?=\/|$)/, '{run}')
    .replace(/^\/v2\/actors\/:actorId\/runs\/(?::runId|last)(?=\/|$)/, '{run}')
    .replace(/^\/v2\/actor-tasks\/:actorTaskId\/runs\/last(?=\/|$)/, '{run}');
  return ofRun
    .replace(/^(?:\/v2\/datasets\/:storageId|\{run\}\/dataset)(?=\/|$)/, '{dataset}')
    .replace(/^(?:\/v2\/key-value-stores\/:storageId|\{run\}\/key-value-store)(?=\/|$)/, '{store}')
    .replace(/^(?:\/v2\/request-queues\/:storageId|\{run\}\/request-queue)(?=\/|$)/, '{queue}')
    .replaceAll(/:(\w+)/g, '{$1}');
}

/** Every route as a row of the table; a path that is reached by several ways must declare the same for each. */
async function declaredRows(): Promise<string[]> {
  const rows = new Set<string>();
  const app = createApp({
    authenticator: {} as never,
    database: {} as never,
    gate: {} as never,
    logger: pino({ level: 'silent' }),
  });
  app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
    for (const each of [method].flat().filter((name) => name !== 'HEAD')) {
      rows.add(`| \`${each} ${canonical(url)}\` | ${nameOf(config!.access!)} | ${config!.effect} |`);
    }
  });
  registerRoutes(app, {} as never, { commits: true });
  await app.ready();
  return [...rows].sort();
}

test('the table of docs/security.md has every route with what it declares, and each once', async () => {
  const text = await readFile(page, 'utf8');
  const [, section = ''] = text.split('<!-- routes -->');
  const rows = await declaredRows();
  expect(section.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
  const calls = rows.map((row) => row.split(' | ')[0]);
  expect(new Set(calls).size, 'a call with two declarations').toBe(calls.length);
});

test('a route without a declaration fails when it is registered', () => {
  const app = Fastify();
  requireDeclarations(app);
  expect(() => app.get('/undeclared', async () => 'here')).toThrow(/GET \/undeclared does not declare/);
  const config = { access: 'user', effect: 'reads' } as const;
  expect(() => app.get('/declared', { config }, async () => 'here')).not.toThrow();
  expect(() => app.get('/half', { config: { access: 'user' } }, async () => 'here')).toThrow(/does not declare/);
});
