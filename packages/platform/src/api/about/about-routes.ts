import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { ConsoleServices } from '../services.ts';
import description from './wherry-v1.openapi.json' with { type: 'json' };

const style = `
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1rem; }
  pre { padding: 1rem; overflow: auto; background: #8881; }
  :root { color-scheme: light dark; }
`;

/** The page has no script, and nothing but its own style. */
const frontPagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const consoleNotes = {
  there:
    '<p><a href="/console/">The console</a> is at <code>/console/</code>. <code>npx wherry console</code> prints a link that signs in.</p>',
  missing: `<p>This platform was started without a console, so there are no pages to click through. In a clone of Wherry,
<code>npm run build:console</code> builds it; then start the platform again. Without it:</p>`,
};

/**
 * Shown at the platform's address where there is no console, and to programs, which would make nothing of the console. It is public,
 * so it reveals nothing about the platform.
 */
const frontPageOf = (consoleNote: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Wherry</title>
<style>${style}</style>
<h1>Wherry is running</h1>
<p>A self-hosted Actor platform whose runs survive being moved between servers.</p>
${consoleNote}
<h2>From the shell</h2>
<pre>npx wherry servers
npx wherry run actors/site-crawler --input @input.json
npx wherry runs
npx wherry migrate &lt;run></pre>
<h2>With Apify's tools</h2>
<p>Set <code>APIFY_CLIENT_BASE_URL</code> to this address, and use the token that Wherry printed when it started.</p>
<pre>npx apify-cli login --token &lt;the token>
npx apify-cli push
npx apify-cli call</pre>
<h2>The API</h2>
<p><code>/v2</code> is Apify's API. What Apify has not, such as forcing a migration, is under <code>/wherry/v1</code>,
described in <code>/wherry/v1/openapi.json</code>. <code>/health</code> says whether the platform is up.</p>
</html>
`;

export function registerFrontPageRoutes(app: FastifyInstance, services: ConsoleServices): void {
  app.get('/', { config: { access: 'public', effect: 'reads' } }, async (request, reply) => {
    const isThere = services.consoleFiles !== undefined;
    reply.header('vary', 'Accept');
    if (isThere && /\btext\/html\b/.test(request.headers.accept ?? '')) return reply.redirect('/console/');
    const page = frontPageOf(isThere ? consoleNotes.there : consoleNotes.missing);
    return reply.header('content-security-policy', frontPagePolicy).type('text/html; charset=utf-8').send(page);
  });
}

/** The description of Wherry's own API. `test/wherry-api.test.ts` checks that routes and responses conform to it. */
export function registerDescriptionRoutes(app: FastifyInstance): void {
  app.get('/wherry/v1/openapi.json', { config: { access: 'public', effect: 'reads' } }, async () => description);
}
