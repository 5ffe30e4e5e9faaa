/** How many wrong tokens an address may send at once, and how many more in each second afterwards. */
const burst = 30;
const perSec = 0.5;
const maxAddresses = 10_000;

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Slows down who tries tokens: one bucket for each client address. It has no say about a call with a right token, so it
 * harms nobody who shares the address, such as all attempts on a machine or all clients behind a proxy.
 */
export class FailedAuthentications {
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param now in ms, never backwards */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Counts a wrong token. Returns after how many seconds the next one may come, or 0 when it may come now. */
  count(address: string): number {
    const key = networkOf(address);
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: now };
    this.#buckets.delete(key);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= maxAddresses && oldest !== undefined) this.#buckets.delete(oldest);
    const filled = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSec);
    this.#buckets.set(key, { tokens: Math.max(0, filled - 1), atMs: now });
    return filled >= 1 ? 0 : Math.ceil((1 - filled) / perSec);
  }
}

/** A client with IPv6 has all addresses of its network of 64 bits. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const whole = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0'), ...after];
  return whole.slice(0, 4).join(':');
}
