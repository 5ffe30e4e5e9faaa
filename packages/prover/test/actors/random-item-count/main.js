// Pushes a different number of items in each run.
import { Actor } from 'apify';

await Actor.init();
const store = await Actor.openKeyValueStore('runs-so-far-by-the-clock');
await store.setValue('AT', Date.now());
await Actor.pushData(Array.from({ length: 1 + (Date.now() % 997) }, (_, number) => ({ number })));
await Actor.exit();
