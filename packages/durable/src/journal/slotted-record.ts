import type { LocalStore } from './local-client.ts';

interface Slot {
  /** The slot with the higher count is the newer one. */
  readonly count: number;
  readonly text: string;
}

/**
 * A record that is replaced atomically, over a store that writes its files in place. Each write goes to the slot with the
 * older text, so that the newer text survives a torn write.
 */
export class SlottedRecord {
  readonly #store: () => Promise<LocalStore>;
  readonly #keys: readonly [string, string];
  #newest: Slot | undefined;
  #isRead = false;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(store: () => Promise<LocalStore>, key: string) {
    this.#store = store;
    this.#keys = [`${key}-0`, `${key}-1`];
  }

  read(): Promise<string | undefined> {
    return this.#inTurn(async () => (await this.#readNewest())?.text);
  }

  write(text: string): Promise<void> {
    return this.change(() => text);
  }

  /** Replaces the text by what `body` returns for the present text. If it returns undefined, nothing is written. */
  change(body: (text: string | undefined) => string | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const newest = await this.#readNewest();
      const text = body(newest?.text);
      if (text === undefined) return;
      const slot: Slot = { count: (newest?.count ?? 0) + 1, text };
      const key = this.#keys[slot.count % 2]!;
      const value = Buffer.from(JSON.stringify(slot));
      await (await this.#store()).setRecord({ key, value, contentType: 'application/json; charset=utf-8' });
      this.#newest = slot;
    });
  }

  async #readNewest(): Promise<Slot | undefined> {
    if (this.#isRead) return this.#newest;
    const slots = await Promise.all(this.#keys.map((key) => this.#readSlot(key)));
    this.#newest = slots.filter((slot) => slot !== undefined).sort((one, other) => other.count - one.count)[0];
    this.#isRead = true;
    return this.#newest;
  }

  /** Undefined if there is none, or if the process ended while it was written. */
  async #readSlot(key: string): Promise<Slot | undefined> {
    const record = await (await this.#store()).getRecord(key, { buffer: true });
    if (record === undefined) return undefined;
    try {
      return JSON.parse(Buffer.from(record.value as Uint8Array).toString('utf8')) as Slot;
    } catch {
      return undefined;
    }
  }

  #inTurn<Result>(body: () => Promise<Result>): Promise<Result> {
    const done = this.#busy.then(body);
    this.#busy = done.catch(() => {});
    return done;
  }
}
