/**
 * When faults are injected into a run, and what passes the proxy afterwards. The test makes the calls of the attempts.
 */
import { spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseCase } from '../src/faults/fault.ts';
import { RunWatch } from '../src/faults/run-watch.ts';
import { ApiProxy } from '../src/proxy/api-proxy.ts';
import { AttemptTraffic } from '../src/proxy/attempt-traffic.ts';

/** A server behind the API proxy, whose calls are handled by a `RunWatch`. `migrated` says when a migration is over. */
async function watchedRun(caseText: string, migrated: Promise<'moved'> = Promise.resolve('moved')) {
  const arrived: string[] = [];
  const server = http.createServer((request, response) => {
    arrived.push(request.url!.split('/').at(-1)!);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await ApiProxy.open();
  proxy.setTarget(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const watch = new RunWatch(parseCase(caseText), {
    migrate: () => migrated,
    protect: () => undefined,
    restartPlatform: async () => undefined,
  });
  proxy.intercept = (exchange) => watch.handle(exchange);
  onTestFinished(async () => {
    watch.end();
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });

  /** Starts an attempt with a process of its own. Returns a function that writes a record with the attempt's token. */
  const startAttempt = (number: number) => {
    const { pid } = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const token = `token-${number}`;
    const attempt = new AttemptTraffic({ runId: 'R', attempt: number, token, pid: pid! });
    proxy.addAttempt(attempt);
    watch.add(attempt);
    return async (key: string): Promise<'responded' | 'dropped'> => {
      const url = `${proxy.url}/v2/key-value-stores/S/records/${key}`;
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(url, { method: 'PUT', headers, body: '1' }).catch(() => undefined);
      return response === undefined ? 'dropped' : 'responded';
    };
  };
  return { arrived, watch, startAttempt };
}

test('[watch-1] no fault is injected while another is in progress; the next one then is, at the next write', async () => {
  const migrated = Promise.withResolvers<'moved'>();
  const { watch, arrived, startAttempt } = await watchedRun(
    'kill@record#1:after+lost-answer@record#2:after',
    migrated.promise,
  );
  const [first, second] = [startAttempt(1), startAttempt(2)];
  expect(await first('A')).toBe('dropped');
  expect(await second('B')).toBe('responded');
  expect(watch.injectedCount).toBe(1);
  migrated.resolve('moved');
  await watch.settled();
  expect(await second('C')).toBe('dropped');
  expect(watch.injectedCount).toBe(2);
  expect(await second('D')).toBe('responded');
  expect(arrived).toEqual(['A', 'B', 'C', 'D']);
});

test('[watch-2] nothing of a killed attempt reaches the platform', async () => {
  const { arrived, watch, startAttempt } = await watchedRun('kill@record#2:before');
  const write = startAttempt(1);
  expect(await write('A')).toBe('responded');
  expect(await write('B')).toBe('dropped');
  await watch.settled();
  expect(await write('C')).toBe('dropped');
  expect(arrived).toEqual(['A']);
});

test('[watch-2] no fault is injected into an attempt that was frozen', async () => {
  const { arrived, watch, startAttempt } = await watchedRun('frozen@record#1:before+lost-answer@record#2:after');
  const [first, second] = [startAttempt(1), startAttempt(2)];
  const held = first('A');
  await expect.poll(() => watch.injectedCount, { timeout: 30_000, message: 'the attempt is frozen' }).toBe(1);
  await watch.settled();
  const thawed = watch.thawAll();
  expect(await held).toBe('responded');
  expect(await first('B')).toBe('responded');
  expect(watch.injectedCount).toBe(1);
  await thawed;
  expect(await second('C')).toBe('dropped');
  expect(watch.injectedCount).toBe(2);
  expect(arrived).toEqual(['A', 'B', 'C']);
});
