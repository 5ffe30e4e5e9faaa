import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/**
 * A zip archive that is written as it is read. Each file is opened when its turn comes. When one fails, the archive ends early, which
 * its reader notices; when the reader leaves early, so does the reading of the file. yazl does neither by itself, and an error
 * that nobody handles would end the process.
 */
export class ZipArchive {
  readonly #zip = new ZipFile();
  readonly output = this.#zip.outputStream as Readable;
  #current: Readable | undefined;

  constructor() {
    this.#zip.on('error', (error) => this.output.destroy(error as Error));
    this.output.once('close', () => this.#current?.destroy());
  }

  addBuffer(name: string, value: Buffer): void {
    this.#zip.addBuffer(value, name);
  }

  /** @param compressionLevel of zlib; 6 unless it is given */
  addStream(name: string, open: () => Promise<Readable>, compressionLevel = 6): void {
    this.#zip.addReadStreamLazy(name, { compressionLevel }, (done) => {
      open().then(
        (stream) => {
          this.#current = stream;
          stream.once('error', (error) => this.output.destroy(error));
          if (this.output.destroyed) stream.destroy();
          else done(null, stream);
        },
        (error: Error) => this.output.destroy(error),
      );
    });
  }

  end(): void {
    this.#zip.end();
  }
}
