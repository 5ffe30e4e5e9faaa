import autocannon from 'autocannon';
import type { Child } from './child.ts';
import { type LoopDelays, token } from './processes.ts';

/** A platform that says how long its event loop stood still since it was last asked. */
export type MeasuredPlatform = Child<string, null, LoopDelays>;

export const pushers = 64;
export const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

interface Delays extends LoopDelays {
  readonly secs: number;
  readonly longestPushMs: number;
  readonly pushCount: number;
}

/** What a task delays: the event loop, and pushes of single items over as many connections as there are `pushers`. */
export async function delaysDuring(
  platform: MeasuredPlatform,
  datasetId: string,
  task: () => Promise<void>,
): Promise<Delays> {
  const pushing = autocannon({
    url: `${platform.ready}/v2/datasets/${datasetId}/items`,
    method: 'POST',
    headers,
    body: JSON.stringify({ url: 'https://example.com/products/1', title: 'Product 1', price: 12 }),
    connections: pushers,
    duration: 3600,
  });
  await platform.ask(null);
  const startedAt = performance.now();
  await task();
  const secs = (performance.now() - startedAt) / 1000;
  const loop = await platform.ask(null);
  pushing.stop();
  const { errors, non2xx, latency, '2xx': pushCount } = await pushing;
  if (errors + non2xx > 0) throw new Error(`${errors + non2xx} pushes failed`);
  return { ...loop, secs, longestPushMs: latency.max, pushCount };
}
