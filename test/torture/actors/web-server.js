// A web server that asks itself, as others would, whether the port of its attempt is its own.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getInput, steps, tell } from './tell.js';

const { ACTOR_WEB_SERVER_PORT, ACTOR_RUN_ID } = process.env;
const me = `${ACTOR_RUN_ID} ${process.pid}`;
const server = createServer((_request, response) => response.end(me));
server.on('error', async (error) => {
  await tell('fault', `a web server could not listen: ${error.message}`);
  process.exit(1);
});
await new Promise((resolve) => server.listen(Number(ACTOR_WEB_SERVER_PORT), resolve));
await tell('port', Number(ACTOR_WEB_SERVER_PORT));
const { size } = await getInput();
await steps(size, async () => {
  const text = await (await fetch(`http://localhost:${ACTOR_WEB_SERVER_PORT}`)).text();
  if (text !== me) await tell('fault', `the port of ${me} belongs to ${text}`);
  await delay(150);
});
process.exit();
