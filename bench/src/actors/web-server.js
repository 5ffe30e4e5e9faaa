/** A web server that lets its drain end as soon as nothing is under way. Each response takes 50 ms. */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Actor } from 'apify';

await Actor.init();
Actor.on('migrating', () => void Actor.reboot());
createServer(async (_request, response) => {
  await delay(50);
  response.end('served');
}).listen(Actor.config.get('containerPort'));
