/** [verdict-2] what differs from chance to chance is not the fault's doing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseCase } from '../src/fault.ts';
import { proveActor } from './prove-actor.ts';

interface News {
  readonly edition: string;
  readonly articles: number;
}

/** A paper that says the same to the first two who ask, and something else to each one after. */
async function startPaper(later: (asked: number) => News): Promise<string> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify(asked <= 2 ? { edition: 'morning', articles: 1 } : later(asked)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const replay = parseCase('slow@record#1:before');

test('a value that differs in a further undisturbed run as well is set aside', async () => {
  const paper = await startPaper((asked) => ({ edition: `extra ${asked}`, articles: 1 }));
  const verdict = await proveActor('asks-for-news', { input: { paper }, replay });
  expect(verdict).toMatchObject({ verdict: 'safe', reasons: [], cleanRuns: 3 });
  expect(verdict.setAside).toEqual({ 'record/default/EDITION': ['edition'] });
});

test('when a further undisturbed run gives another number of items, nothing can be told', async () => {
  const paper = await startPaper((asked) => ({ edition: `extra ${asked}`, articles: asked }));
  const verdict = await proveActor('asks-for-news', { input: { paper }, replay });
  expect(verdict).toMatchObject({ verdict: 'unclear', cleanRuns: 3 });
  expect(verdict.reasons).toEqual(['item/default: 1 in one undisturbed run, 4 in another']);
});
