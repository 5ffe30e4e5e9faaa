import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { NodeLinks } from '../src/engines/docker/swarm/node-links.ts';

const token = 'agent-token-of-a-test';

/** The upgrade handler of a Swarm's agents, on a server of its own. */
async function openUpgradeHandler() {
  const links = new NodeLinks(token, () => undefined);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('upgrade', (request, socket, head) => {
    if (!links.accept(request, socket, head)) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    links,
    /** As an agent calls. Answers its socket once that is taken or refused, with what was answered. */
    async call(path: string, bearer = token): Promise<{ socket: Socket; answer: string }> {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `GET /wherry/v1/nodes/${path} HTTP/1.1\r\nHost: wherry\r\nAuthorization: Bearer ${bearer}\r\n` +
          'Connection: Upgrade\r\nUpgrade: wherry-node\r\n\r\n',
      );
      const [first] = (await once(socket, 'data')) as [Buffer];
      return { socket, answer: String(first).split('\r\n')[0]! };
    },
    async [Symbol.asyncDispose]() {
      links.close();
      server.close();
      await once(server, 'close');
    },
  };
}

test('an agent that is broken off, as by the end of its node, is a link less and nothing else', async () => {
  await using upgradeHandler = await openUpgradeHandler();
  const { socket } = await upgradeHandler.call('node1');
  await until('node1 is connected', () => upgradeHandler.links.of('node1') !== undefined);
  socket.resetAndDestroy();
  await until('the connection of node1 is gone', () => upgradeHandler.links.of('node1') === undefined);
  const again = await upgradeHandler.call('node1');
  expect(again.answer).toBe('HTTP/1.1 101 Switching Protocols');
  await until('node1 is connected again', () => upgradeHandler.links.of('node1') !== undefined);
  again.socket.destroy();
});

test('whoever does not know the token is not let in', async () => {
  await using upgradeHandler = await openUpgradeHandler();
  const { socket, answer } = await upgradeHandler.call('node1', 'another-token-of-test');
  expect(answer).toBe('HTTP/1.1 401 Unauthorized');
  expect(upgradeHandler.links.of('node1')).toBeUndefined();
  socket.destroy();
});

test('[engine-7] an agent opens a stream to an address of its node, or tells that nothing listens there', async () => {
  await using upgradeHandler = await openUpgradeHandler();
  const { socket: control } = await upgradeHandler.call('node1');
  const lines = createInterface({ input: control })[Symbol.asyncIterator]();
  /** What the platform asks for next. */
  const nextRequest = async () => {
    for (;;) {
      const asked = JSON.parse((await lines.next()).value as string) as { open?: string; to?: object };
      if (asked.open !== undefined) return asked;
    }
  };
  const link = await until('node1 is connected', () => upgradeHandler.links.of('node1'));
  const opened = link.connect({ host: '172.18.0.2', port: 4321 });
  const { open, to } = await nextRequest();
  expect(to).toEqual({ host: '172.18.0.2', port: 4321 });
  const { socket: stream } = await upgradeHandler.call(`node1/streams/${open}`);
  stream.write('from the container');
  const [first] = (await once(await opened, 'data')) as [Buffer];
  expect(String(first)).toBe('from the container');
  const refused = link.connect({ host: '172.18.0.2', port: 1 });
  const expectation = expect(refused).rejects.toThrow('the node node1 could not connect');
  await upgradeHandler.call(`node1/refusals/${(await nextRequest()).open}`);
  await expectation;
  control.destroy();
  stream.destroy();
});
