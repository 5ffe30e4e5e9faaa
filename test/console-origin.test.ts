/** A browser that has signed in to the console opens what Actors have stored: nothing of it runs. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { startFixture } from '../packages/platform/test/fixture.ts';
import { signIn } from '../packages/platform/test/users-fixture.ts';
import { chromiumPath, goTo } from './support/browser.ts';

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
    const session = await signIn(url, { token });
    const browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
    onTestFinished(() => browser.close());
    const context = await browser.newContext();
    const [name = '', value = ''] = session.cookie.split('=');
    await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
    const page = await context.newPage();
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
