/** The events websocket of the stock SDK is dropped, on a real platform. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Configuration, PlatformEventManager } from 'apify';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { until } from '../../../test/support/until.ts';
import { startRunFixture } from '../../platform/test/run-fixture.ts';
import { keepEventsConnected } from '../src/events.ts';

/** Forwards connections, and can break those of events. */
async function startProxy() {
  const target = { port: 0 };
  const events = new Set<Socket>();
  let eventsSeen = 0;
  let isClosed = false;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      if (String(first).includes('/events?token=')) {
        if (isClosed) return socket.destroy();
        eventsSeen += 1;
        events.add(socket);
        socket.once('close', () => events.delete(socket));
      }
      const passed = connect(target.port, '127.0.0.1', () => passed.write(first));
      passed.on('error', () => socket.destroy());
      socket.pipe(passed).pipe(socket);
      socket.once('close', () => passed.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    eventsSeen: () => eventsSeen,
    /** Breaks the connections of events, and accepts no others until it is opened. */
    closeEvents() {
      isClosed = true;
      for (const socket of events) socket.destroy();
    },
    openEvents() {
      isClosed = false;
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const listener = (keeps: boolean) => `
  import { Actor } from 'apify';
  ${keeps ? "import { keepActorEventsConnected } from '@wherry/durable';" : ''}
  await Actor.init({ gracefulShutdown: false });
  ${keeps ? 'await keepActorEventsConnected();' : ''}
  Actor.on('migrating', () => Actor.pushData({ told: true }));
  console.log('at work');
  setInterval(() => {}, 1000);
`;

async function startListener(keeps: boolean, quietGraceSecs: number) {
  const proxy = await startProxy();
  const fixture = await startRunFixture({ advertisedUrl: proxy.url, handoffs: { bootSecs: 5, quietGraceSecs } });
  proxy.target.port = Number(new URL(fixture.platform.url).port);
  const run = await fixture.start(await fixture.deploy('listener', listener(keeps)));
  await until('the run is at work', async () => (await fixture.logOf(run.id)).includes('at work'));
  await until('the run has connected to its events', () => proxy.eventsSeen() > 0);
  return {
    proxy,
    fixture,
    run,
    async [Symbol.asyncDispose]() {
      await fixture[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

test('[reconnect-2] after a drop the connection is made again, and migrating arrives, once', async () => {
  await using started = await startListener(true, 0.5);
  const { proxy, fixture, run } = started;
  proxy.closeEvents();
  proxy.openEvents();
  await until('the run has connected to its events again', () => proxy.eventsSeen() > 1);
  await fixture.migrate(run.id, 'warm');
  expect(await fixture.itemsOf(run)).toEqual([{ told: true }]);
});

test('an event that was sent while nobody was connected is sent to a client that connects while it still applies', async () => {
  await using started = await startListener(true, 30);
  const { proxy, fixture, run } = started;
  proxy.closeEvents();
  // The abort below cancels it, before anybody waits for it.
  const migrated = fixture.migrate(run.id, 'warm').catch(() => undefined);
  await until('the run has a second attempt', async () => (await fixture.attempts(run.id)).length > 1);
  await delay(500);
  proxy.openEvents();
  await until('the run has pushed an item', async () => (await fixture.itemsOf(run)).length > 0);
  await fixture.client.run(run.id).abort();
  await migrated;
  expect(await fixture.itemsOf(run)).toEqual([{ told: true }]);
});

test('the stock SDK alone receives no migrating event after a drop', async () => {
  await using started = await startListener(false, 1);
  const { proxy, fixture, run } = started;
  proxy.closeEvents();
  proxy.openEvents();
  await fixture.migrate(run.id, 'warm');
  expect(await fixture.itemsOf(run)).toEqual([]);
});

/** The SDK's own event manager, connected to a server of the test. */
async function startManager() {
  const server = new WebSocketServer({ port: 0 });
  await once(server, 'listening');
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const manager = new PlatformEventManager(new Configuration({ actorEventsWsUrl: url } as object));
  keepEventsConnected(manager);
  await manager.init();
  keepEventsConnected(manager);
  await until('the manager is connected', () => connections === 1);
  return {
    server,
    manager,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      await manager.close();
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('[reconnect-1] each event is emitted once, however often the connection was made', async () => {
  await using started = await startManager();
  const { server, manager, connections } = started;
  const heard: unknown[] = [];
  manager.on('migrating' as never, (data: unknown) => void heard.push(data));
  for (const wanted of [2, 3]) {
    for (const client of server.clients) client.terminate();
    await until(`connection ${wanted} is the only one`, () => connections() === wanted && server.clients.size === 1);
  }
  for (const client of server.clients) client.send(JSON.stringify({ name: 'migrating', data: { n: 1 } }));
  await until('an event is heard', () => heard.length > 0);
  await delay(100);
  expect(heard).toEqual([{ n: 1 }]);
});

test.each([
  ['the manager was closed', async ({ manager }: Awaited<ReturnType<typeof startManager>>) => manager.close()],
  [
    'the platform said that the run has finished',
    async ({ server }: Awaited<ReturnType<typeof startManager>>) => {
      for (const client of server.clients) client.close(1000);
    },
  ],
])('[reconnect-3] no connection is made again after %s', async (_, end) => {
  await using ended = await startManager();
  await using dropped = await startManager();
  await end(ended);
  await until('the ended connection is closed', () => ended.server.clients.size === 0);
  // Another manager reconnects twice meanwhile.
  for (const wanted of [2, 3]) {
    for (const client of dropped.server.clients) client.terminate();
    await until(
      `connection ${wanted} is the only one`,
      () => dropped.connections() === wanted && dropped.server.clients.size === 1,
    );
  }
  expect(ended.connections()).toBe(1);
});
