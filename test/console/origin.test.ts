/**
 * A browser that has signed in to the console opens what Actors have stored, of which nothing runs, and pages of others, which can do
 * nothing with its session.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { startFixture } from '../../packages/platform/test/fixture.ts';
import { makeUser, signIn } from '../../packages/platform/test/users-fixture.ts';
import { chromiumPath, goTo } from '../support/browser.ts';
import { until } from '../support/until.ts';

/** Tells which of the pages below have run: each asks it for its own name. It serves them too, as the web does. */
async function startWitness() {
  const ran = new Set<string>();
  const pages = new Map<string, { contentType: string; body: string }>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://witness');
    if (pathname.startsWith('/ran/')) ran.add(pathname.slice(5));
    const page = pages.get(pathname);
    response.writeHead(200, {
      'content-type': page?.contentType ?? 'image/svg+xml',
      'access-control-allow-origin': '*',
    });
    response.end(page?.body ?? '<svg xmlns="http://www.w3.org/2000/svg"/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ran, pages, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const xhtml = 'xmlns="http://www.w3.org/1999/xhtml"';
/** A statement that tells the witness, and then acts for whoever looks at it. */
const act = (witness: string, name: string) =>
  `(new Image()).src='${witness}/ran/${name}'; fetch('/v2/datasets?name=stolen-${name}', {method:'POST'}); fetch('/wherry/v1/session');`;

const kinds: readonly { name: string; contentType: string; body: (witness: string) => string }[] = [
  {
    name: 'html',
    contentType: 'text/html',
    body: (witness) => `<!doctype html><script>${act(witness, 'html')}</script>`,
  },
  {
    name: 'handler',
    contentType: 'text/html',
    body: (witness) => `<!doctype html><body onload="${act(witness, 'handler').replaceAll('"', '&quot;')}">`,
  },
  {
    name: 'svg',
    contentType: 'image/svg+xml',
    body: (witness) =>
      `<svg xmlns="http://www.w3.org/2000/svg"><script><![CDATA[${act(witness, 'svg')}]]></script></svg>`,
  },
  {
    name: 'xhtml',
    contentType: 'application/xhtml+xml',
    body: (witness) => `<html ${xhtml}><head><script><![CDATA[${act(witness, 'xhtml')}]]></script></head></html>`,
  },
  {
    name: 'xml',
    contentType: 'text/xml',
    body: (witness) => `<?xml version="1.0"?><a><script ${xhtml}><![CDATA[${act(witness, 'xml')}]]></script></a>`,
  },
];

async function openSignedIn(url: string, token: string) {
  const session = await signIn(url, { token });
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  const [name = '', value = ''] = session.cookie.split('=');
  await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
  return { session, page: await context.newPage() };
}

test.skipIf(chromiumPath === undefined)(
  '[browser-session-7] a browser that has signed in runs nothing of what it opens, and does nothing for it',
  async () => {
    await using fixture = await startFixture();
    const { url, token } = fixture.platform;
    const witness = await startWitness();
    const store = await fixture.client.keyValueStores().getOrCreate('pages');
    for (const { name, contentType, body } of kinds) {
      const page = { contentType, body: body(witness.url) };
      witness.pages.set(`/${name}`, page);
      await fixture.client.keyValueStore(store.id).setRecord({ key: name, value: page.body, contentType });
    }
    const { session, page } = await openSignedIn(url, token);
    for (const kind of kinds) {
      // Where the web serves it, it runs: otherwise this test would show nothing.
      await goTo(page, `${witness.url}/${kind.name}`);
      await expect.poll(() => [...witness.ran], { message: `${kind.name} runs on the web` }).toContain(kind.name);
      witness.ran.clear();
      const response = await page.goto(`${url}/v2/key-value-stores/${store.id}/records/${kind.name}`);
      expect(response?.status(), 'the browser reads it by its cookie').toBe(200);
      // Whatever it does at its load, it has done when another page is loaded after it.
      await goTo(page, `${witness.url}/loaded`);
      expect([...witness.ran], `${kind.name} has run`).toEqual([]);
    }
    const { items } = await fixture.client.datasets().list();
    expect(items.map((each) => each.name)).toEqual([]);
    expect((await session.call('GET', '/wherry/v1/session')).status).toBe(200);
  },
);

/** What a page tries that is on the same host at another port, as an Actor's is: to the browser it is of the same site. */
const attack = (url: string, otherToken: string) => `<!doctype html><title>attack</title><script type="module">
  const body = JSON.stringify({ token: ${JSON.stringify(otherToken)} });
  const tries = {
    simple: () => fetch('${url}/v2/datasets?name=simple', { method: 'POST', mode: 'no-cors', credentials: 'include' }),
    asked: () => fetch('${url}/v2/datasets?name=asked', { method: 'POST', credentials: 'include', headers: { 'x-wherry-csrf': 'x' } }),
    read: () => fetch('${url}/v2/users/me', { credentials: 'include' }),
    session: () => fetch('${url}/wherry/v1/session', { credentials: 'include' }),
    signIn: () => fetch('${url}/wherry/v1/session', { method: 'POST', mode: 'no-cors', credentials: 'include', body }),
    signOut: () => fetch('${url}/wherry/v1/session', { method: 'DELETE', credentials: 'include' }),
  };
  const outcomes = [];
  for (const [name, attempt] of Object.entries(tries)) {
    outcomes.push(await attempt().then((response) => name + ' ' + response.type + ' ' + response.status, () => name + ' refused'));
  }
  document.title = JSON.stringify(outcomes);
</script>
<form id="form" method="post" enctype="text/plain" action="${url}/wherry/v1/session"><input name='{"token":"${otherToken}","x":"' value='"}'></form>
<iframe src="${url}/console/"></iframe>`;

test.skipIf(chromiumPath === undefined)(
  '[browser-session-5] a page of the same site, at another port, does nothing with the session of a browser that opens it',
  async () => {
    await using fixture = await startFixture();
    const { url, token } = fixture.platform;
    const other = await makeUser(fixture, 'other');
    const witness = await startWitness();
    witness.pages.set('/attack', { contentType: 'text/html', body: attack(url, other.token) });
    const { session, page } = await openSignedIn(url, token);
    await goTo(page, `${witness.url}/attack`);
    const outcomes = await until('the page has tried all', async () => {
      const title = await page.title();
      return title.startsWith('[') && (JSON.parse(title) as string[]);
    });
    // A response that the page cannot read is opaque; what it may read has no cookie in it.
    expect(outcomes).toEqual([
      'simple opaque 0',
      'asked refused',
      'read refused',
      'session refused',
      'signIn opaque 0',
      'signOut refused',
    ]);
    await page.evaluate(() => (document.querySelector('#form') as HTMLFormElement).submit());
    await page.waitForURL(`${url}/wherry/v1/session`);
    expect((await fixture.client.datasets().list()).items).toEqual([]);
    const me = (await (await session.call('GET', '/wherry/v1/session')).json()) as { data: { username: string } };
    expect(me.data.username).toBe('wherry');
    const cookies = await page.context().cookies(url);
    expect(cookies.map(({ name, value }) => `${name}=${value}`)).toEqual([session.cookie]);
  },
);
