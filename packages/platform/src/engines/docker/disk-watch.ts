import type Docker from 'dockerode';
import { attemptKey } from '../../shared/attempt-key.ts';
import { attemptLabel, diskLabel, ofPlatform, runLabel } from './labels.ts';
import type { Placement } from './placement.ts';

/** Docker counts the files again for each request. */
const measureEveryMs = 3000;
const bytesOfMbyte = 1024 * 1024;

/** The fields of a container that Docker adds when the size is requested. */
type Sized = Docker.ContainerInfo & { readonly SizeRw?: number };

/**
 * Keeps [isolation-5]. Most file systems below Docker have no such limit, so the disk use is measured: a container that has
 * written too much is ended, after `measureEveryMs` at the latest.
 */
export class DiskWatch {
  readonly #daemons: Pick<Placement, 'daemons'>;
  readonly #platformId: string;
  readonly #onFull: (key: string) => void;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  /** @param onFull called with the key of an attempt */
  constructor(daemons: Pick<Placement, 'daemons'>, platformId: string, onFull: (key: string) => void) {
    this.#daemons = daemons;
    this.#platformId = platformId;
    this.#onFull = onFull;
    this.#timer = setInterval(() => void this.#measure(), measureEveryMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #measure(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      // The followers of its containers notice a daemon that is away.
      await Promise.allSettled(this.#daemons.daemons().map((daemon) => this.#lookAt(daemon)));
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAt(daemon: Docker): Promise<void> {
    const filters = ofPlatform(this.#platformId);
    for (const { Labels, SizeRw = 0 } of (await daemon.listContainers({ size: true, filters })) as Sized[]) {
      const limitMbytes = Number(Labels[diskLabel]);
      if (limitMbytes > 0 && SizeRw > limitMbytes * bytesOfMbyte) {
        this.#onFull(attemptKey(Labels[runLabel]!, Number(Labels[attemptLabel])));
      }
    }
  }
}
