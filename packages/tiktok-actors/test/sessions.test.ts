import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { BackOff, backOffLimits } from '../src/http/back-off.ts';
import { Sessions } from '../src/http/sessions.ts';
import { Visitor } from '../src/http/visitor.ts';

test('[session-1] a session reads one page at a time, and fifty in all; one that the site refuses reads no more', () => {
  const sessions = new Sessions();
  const [first, second] = [sessions.take(), sessions.take()];
  expect(second).not.toBe(first);
  sessions.giveBack(first);
  for (let pages = 1; pages < 50; pages += 1) {
    expect(sessions.take()).toBe(first);
    sessions.giveBack(first);
  }
  const third = sessions.take();
  expect([first, second]).not.toContain(third);
  third.retire();
  sessions.giveBack(third);
  sessions.giveBack(second);
  expect([sessions.take(), sessions.take()]).not.toContain(third);
});

test('the pages of a session have the same headers, its cookies, and the same connection', async () => {
  const requests: IncomingHttpHeaders[] = [];
  let connections = 0;
  const site = createServer(({ headers }, response) => {
    requests.push(headers);
    response.setHeader('set-cookie', 'visitor=7; Path=/').end('<html></html>');
  });
  site.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/@a.name`;
    const sessions = new Sessions();
    for (let page = 0; page < 5; page += 1) {
      const session = sessions.take();
      const backOff = new BackOff(backOffLimits(1));
      expect(await new Visitor({ session, proxies: undefined, backOff }).ask(url)).toMatchObject({ statusCode: 200 });
      sessions.giveBack(session);
    }
    expect(requests.map(({ cookie }) => cookie)).toEqual([undefined, ...Array(4).fill('visitor=7')]);
    expect(new Set(requests.map((headers) => headers['user-agent'])).size).toBe(1);
    expect(connections).toBe(1);
  } finally {
    site.closeAllConnections();
    site.close();
  }
});
