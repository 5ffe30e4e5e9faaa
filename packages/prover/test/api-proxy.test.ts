/** The proxy in front of the private platform. */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { ApiProxy } from '../src/proxy/api-proxy.ts';
import { AttemptTraffic } from '../src/proxy/attempt-traffic.ts';

test('what an Actor says about its own connection does not reach the platform, whose connections are used again', async () => {
  const platform = http.createServer((request, response) => response.end(request.headers.connection));
  await once(platform.listen(0, '127.0.0.1'), 'listening');
  const proxy = await ApiProxy.open();
  proxy.setTarget(`http://127.0.0.1:${(platform.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await proxy.close();
    platform.closeAllConnections();
    platform.close();
  });
  const sent = http.get(proxy.url, { agent: false, headers: { connection: 'close' } });
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
  expect(await text(response)).toBe('keep-alive');
});

test('closing it ends the events websocket of an attempt that is still there', async () => {
  const platform = net.createServer((socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'),
  );
  await once(platform.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void platform.close());
  const proxy = await ApiProxy.open();
  proxy.setTarget(`http://127.0.0.1:${(platform.address() as AddressInfo).port}`);
  proxy.addAttempt(new AttemptTraffic({ runId: 'run', attempt: 1, token: 'of-attempt', pid: 2 ** 22 }));
  const socket = net.connect(Number(new URL(proxy.url).port), '127.0.0.1');
  socket.write('GET /?token=of-attempt HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await proxy.close();
  await closed;
});
