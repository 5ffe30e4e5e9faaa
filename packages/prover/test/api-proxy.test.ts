/** The proxy in front of the private platform. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { ApiProxy } from '../src/proxy/api-proxy.ts';

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
