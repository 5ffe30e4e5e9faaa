/** [verdict-2] a value that differs by chance does not make an Actor unsafe. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseCase } from '../src/faults/fault.ts';
import { proveActor } from './prove-actor.ts';

interface News {
  readonly edition: string;
  readonly articles: number;
}

/** A news server that sends the same response to the first two requests, and another one to each later request. */
async function startNewsServer(later: (requestCount: number) => News): Promise<string> {
  let requestCount = 0;
  const server = createServer((_request, response) => {
    requestCount += 1;
    response.end(JSON.stringify(requestCount <= 2 ? { edition: 'morning', articles: 1 } : later(requestCount)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const replay = parseCase('slow@record#1:before');

test('[verdict-2] a value that differs in a further undisturbed run as well is ignored', async () => {
  const url = await startNewsServer((requestCount) => ({ edition: `extra ${requestCount}`, articles: 1 }));
  const verdict = await proveActor('reads-news', { input: { url }, replay });
  expect(verdict).toMatchObject({ verdict: 'safe', reasons: [], cleanRuns: 3 });
  expect(verdict.ignoredPaths).toEqual({ 'record/default/EDITION': ['edition'] });
});

test('[verdict-2] when a further undisturbed run has another number of items, the verdict is unclear', async () => {
  const url = await startNewsServer((requestCount) => ({ edition: `extra ${requestCount}`, articles: requestCount }));
  const verdict = await proveActor('reads-news', { input: { url }, replay });
  expect(verdict).toMatchObject({ verdict: 'unclear', cleanRuns: 3 });
  expect(verdict.reasons).toEqual(['item/default: 1 in one undisturbed run, 4 in another']);
});
