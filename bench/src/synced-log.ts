import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';

const line = `${JSON.stringify({ url: 'https://example.com/products/1', title: 'Product 1', price: 12 })}\n`;

/** The minimum that makes an item durable: one write and one sync. */
export class SyncedLog {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  append(): void {
    writeSync(this.#file, line);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
