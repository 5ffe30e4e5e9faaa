// Faulty: starts a child run for each part, then saves in a record which parts have one.
import { Actor } from 'apify';

await Actor.init();
const { parts, part } = await Actor.getInput();
if (part === undefined) {
  const { actId } = await Actor.apifyClient.run(Actor.getEnv().actorRunId).get();
  const started = (await Actor.getValue('STARTED')) ?? {};
  for (let next = 0; next < parts; next += 1) {
    if (started[next]) continue;
    await Actor.start(actId, { part: next });
    started[next] = true;
    await Actor.setValue('STARTED', started);
  }
}
await Actor.exit();
