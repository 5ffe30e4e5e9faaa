import { expect, test } from 'vitest';
import type { Json } from '../src/comparison/json.ts';
import { writeOf } from '../src/proxy/write.ts';

const write = (method: string, path: string, body?: Json) => {
  const found = writeOf({ method, path, body });
  return found === undefined ? undefined : `${found.type}: ${found.text}`;
};

test.each<[string, string, Json | undefined, string | undefined]>([
  ['POST', '/v2/datasets/D/items', { page: 3 }, 'push: item {"page":3} was pushed'],
  ['POST', '/v2/datasets/D/items', [{ a: 1 }, { a: 2 }], 'push: 2 items, {"a":1} first, were pushed'],
  ['POST', '/v2/actor-runs/R/dataset/items', { a: 1 }, 'push: item {"a":1} was pushed'],
  ['POST', '/v2/acts/A/runs/last/dataset/items', { a: 1 }, 'push: item {"a":1} was pushed'],
  ['PUT', '/v2/key-value-stores/S/records/MY%20KEY', {}, 'record: record MY KEY was saved'],
  ['DELETE', '/v2/actor-runs/R/key-value-store/records/K', undefined, 'record: record K was deleted'],
  ['POST', '/v2/request-queues/Q/requests', { url: 'u' }, 'add: request u was added'],
  ['POST', '/v2/request-queues/Q/requests/batch', [{ url: 'u' }, { url: 'v' }], 'add: 2 requests, u first, were added'],
  ['PUT', '/v2/request-queues/Q/requests/I', { url: 'u', handledAt: 'now' }, 'handled: request u was marked handled'],
  ['PUT', '/v2/request-queues/Q/requests/I', { url: 'u' }, 'reclaim: request u was reclaimed'],
  ['POST', '/v2/request-queues/Q/head/lock', undefined, 'lock: requests were locked'],
  ['PUT', '/v2/request-queues/Q/requests/I/lock', undefined, 'lock: a lock was prolonged'],
  ['DELETE', '/v2/request-queues/Q/requests/I/lock', undefined, 'lock: a lock was released'],
  ['POST', '/v2/actor-runs/R/charge', { eventName: 'page' }, 'charge: event page was charged'],
  ['POST', '/v2/acts/A/runs', { part: 1 }, 'start: child run with input {"part":1} was started'],
  ['PUT', '/wherry/v1/runs/R/commits/12', {}, 'commit: commit 12 was made'],
  ['PUT', '/v2/actor-runs/R', {}, 'status: the status message was set'],
  ['POST', '/v2/key-value-stores', undefined, 'storage: a key value store was opened or changed'],
  ['POST', '/v2/something/new', undefined, 'other: POST /v2/something/new was called'],
  ['POST', '/v2/actor-runs/R/reboot', undefined, undefined],
  ['GET', '/v2/datasets/D/items', undefined, undefined],
])('%s %s', (method, path, body, text) => {
  expect(write(method, path, body)).toBe(text);
});
