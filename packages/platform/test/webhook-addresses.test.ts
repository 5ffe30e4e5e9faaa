/** Where webhooks may be sent [webhook-5]: which addresses are public, and that what was checked is what is connected to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import type { ClaimedDispatch } from '../src/webhooks/delivery/claims.ts';
import { kindOf, PublicAddresses } from '../src/webhooks/delivery/public-addresses.ts';
import { Sender } from '../src/webhooks/delivery/sender.ts';
import { startFixture } from './fixture.ts';
import { startReceiver } from './webhook-receiver.ts';

test.each([
  ['127.0.0.1', 'private'],
  ['127.255.0.9', 'private'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['0.0.0.0', 'private'],
  ['198.18.0.1', 'private'],
  ['240.0.0.1', 'private'],
  ['169.254.169.254', 'never'],
  ['100.100.100.200', 'never'],
  ['168.63.129.16', 'never'],
  ['192.0.0.192', 'never'],
  ['224.0.0.1', 'never'],
  ['255.255.255.255', 'never'],
  ['::', 'private'],
  ['::1', 'private'],
  ['fc00::1', 'private'],
  ['fd12:3456::1', 'private'],
  ['fe80::1', 'never'],
  ['fe80::1%eth0', 'never'],
  ['fd00:ec2::254', 'never'],
  ['ff02::1', 'never'],
  ['::ffff:127.0.0.1', 'private'],
  ['::ffff:7f00:1', 'private'],
  ['::ffff:169.254.169.254', 'never'],
  ['::127.0.0.1', 'private'],
  ['64:ff9b::7f00:1', 'private'],
  ['64:ff9b::a9fe:a9fe', 'never'],
  ['64:ff9b::808:808', 'public'],
  ['64:ff9b:1::808:808', 'private'],
  ['2002:7f00:1::', 'private'],
  ['2001::1', 'private'],
  ['nonsense', 'never'],
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['2606:4700::1111', 'public'],
  ['::ffff:8.8.8.8', 'public'],
])('%s is %s', (address, kind) => {
  expect(kindOf(address)).toBe(kind);
});

test.each([
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://127.1/',
  'http://127.0.0.1./',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
  'http://0/',
  'http://①②⑦.⓪.⓪.①/',
])('the address in %s is recognized as private', (url) => {
  expect(() => new PublicAddresses(false).checkLiteral(new URL(url).hostname)).toThrow(/is not public/);
  expect(() => new PublicAddresses(true).checkLiteral(new URL(url).hostname)).not.toThrow();
});

const settings = {
  payloadTemplate: null,
  headersTemplate: null,
  description: null,
  shouldInterpolateStrings: false,
  isApifyIntegration: false,
  ignoreSslErrors: false,
  doNotRetry: false,
};

const dispatchTo = (requestUrl: string): ClaimedDispatch => ({
  id: 'dispatch',
  userId: 'user',
  host: new URL(requestUrl).host,
  createdAt: 0,
  call: 1,
  tries: 0,
  event: { type: 'TEST', createdAt: 0, data: { actorId: 'actor' } },
  resource: { kind: 'shown', value: {} },
  settings: { ...settings, requestUrl },
  reach: 'account',
});

/** Calls over names that are resolved as given, the last answer again and again. */
function senderOver(answers: readonly string[], allowsPrivate = false) {
  let asked = 0;
  const addresses = new PublicAddresses(allowsPrivate, async () => {
    const address = answers[Math.min(asked, answers.length - 1)]!;
    asked += 1;
    return [{ address, family: address.includes(':') ? 6 : 4 }];
  });
  const ownApi = { targetOf: () => undefined, tokenOf: async () => ({ token: '', revoke: () => undefined }) };
  const sender = new Sender({ addresses, ownApi, showRun: (stored) => stored, timeoutMs: 5000 });
  onTestFinished(() => sender.close());
  const closing = new AbortController();
  return { sender, send: (url: string) => sender.send(dispatchTo(url), 0, closing.signal), asked: () => asked };
}

test.each(['127.0.0.1', '10.0.0.7', '::1', '::ffff:127.0.0.1'])('a name of %s is not called', async (address) => {
  await using receiver = await startReceiver();
  const { port } = new URL(receiver.url);
  const { send } = senderOver([address]);
  const { errorMessage } = await send(`http://inside.example.com:${port}/`);
  expect(errorMessage).toMatch(/inside\.example\.com is .*, which is not public.*--allow-private-webhooks/);
  expect(receiver.calls).toEqual([]);
});

test('a name that changes between the check and the connection reaches nothing: it is asked for once', async () => {
  await using receiver = await startReceiver();
  const { port } = new URL(receiver.url);
  const rebound = senderOver(['127.0.0.1', '8.8.8.8']);
  expect((await rebound.send(`http://rebound.example.com:${port}/`)).errorMessage).toMatch(/not public/);
  expect(rebound.asked()).toBe(1);
  // The one that is allowed is the one that is connected to.
  const allowed = senderOver(['127.0.0.1', '8.8.8.8'], true);
  expect(await allowed.send(`http://rebound.example.com:${port}/`)).toMatchObject({ responseStatus: 200 });
  expect([allowed.asked(), receiver.calls.length]).toEqual([1, 1]);
});

test('a template of one variable that is missing sends null', async () => {
  await using receiver = await startReceiver();
  const { sender } = senderOver(['127.0.0.1'], true);
  const dispatch = dispatchTo(receiver.url);
  const template = { payloadTemplate: '"{{resource.nothing}}"', shouldInterpolateStrings: true };
  const sent = { ...dispatch, settings: { ...dispatch.settings, ...template } };
  expect(await sender.send(sent, 0, new AbortController().signal)).toMatchObject({ responseStatus: 200 });
  expect(receiver.calls[0]!.body).toBeNull();
});

test('a redirect to a private address is not followed', async () => {
  await using inside = await startReceiver();
  await using outside = await startReceiver((_call, response) => {
    response.writeHead(307, { location: inside.url }).end();
  });
  const { send } = senderOver(['127.0.0.1'], true);
  const result = await send(`http://outside.example.com:${new URL(outside.url).port}/`);
  expect(result).toMatchObject({ responseStatus: 307, errorMessage: expect.stringContaining('307') });
  expect(inside.calls).toEqual([]);
});

test('a platform without the setting calls no private address, says so in the log, and tries again', async () => {
  await using fixture = await startFixture({ webhooks: { firstRetrySecs: 0.001 } });
  await using receiver = await startReceiver();
  const { id: actorId } = await fixture.client.actors().create({ name: 'any' });
  const webhook = { eventTypes: ['TEST'], condition: { actorId }, requestUrl: receiver.url };
  const { id } = await fixture.client.webhooks().create(webhook as never);
  const test = await fixture.client.webhook(id).test();
  const dispatch = await until('it has failed', async () => {
    const each = await fixture.client.webhookDispatch(test!.id).get();
    return each!.status === 'FAILED' && each;
  });
  expect(dispatch.calls).toHaveLength(12);
  expect(dispatch.calls![0]).toMatchObject({
    responseStatus: null,
    errorMessage: expect.stringContaining('The address 127.0.0.1 is not public'),
  });
  expect(receiver.calls).toEqual([]);
});

test('a response without an end is cut, and a receiver that says nothing is given up', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/silent') return;
    const write = () => {
      if (!response.destroyed) response.write('x'.repeat(65_536), write);
    };
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const addresses = new PublicAddresses(true);
  const ownApi = { targetOf: () => undefined, tokenOf: async () => ({ token: '', revoke: () => undefined }) };
  const sender = new Sender({ addresses, ownApi, showRun: (stored) => stored, timeoutMs: 1000 });
  onTestFinished(() => sender.close());
  const send = (path: string) =>
    sender.send(dispatchTo(`http://127.0.0.1:${port}${path}`), 0, new AbortController().signal);
  const endless = await send('/endless');
  expect([endless.responseStatus, endless.responseBody!.length, endless.errorMessage]).toEqual([200, 16_384, null]);
  expect(await send('/silent')).toEqual({
    responseStatus: null,
    responseBody: null,
    errorMessage: 'The receiver did not respond within 1 s.',
  });
});
