import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../shared/ids.ts';

export interface LayerWork {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Installs what a layer holds.
 * @param partial the empty folder in which it is made
 * @param layer the path that this folder gets once it is complete
 */
export type FillLayer = (partial: string, layer: string, work: LayerWork) => Promise<void>;

interface LayerAtWork {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  readonly logs: Set<(line: string) => void>;
}

/**
 * Folders of installed packages, one for each set of dependencies. A layer is made once and shared by all builds with the
 * same dependencies: the second deployment of an Actor installs nothing.
 */
export class Layers {
  readonly #folder: string;
  readonly #atWork = new Map<string, LayerAtWork>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves with the folder of the layer `key`, which `fill` makes unless it exists. */
  async ensure(key: string, work: LayerWork, fill: FillLayer): Promise<string> {
    const layer = path.join(this.#folder, key);
    if (await exists(layer)) work.log('Dependencies: the same as in an earlier build, nothing to install.');
    else await this.#make(key, layer, work, fill);
    return layer;
  }

  /** Removes unused layers, and those that a crash left incomplete. To be called at start, before any build. */
  async sweep(used: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter((each) => !used.has(each))) {
      await rm(path.join(this.#folder, name), { recursive: true, force: true });
    }
  }

  /** Builds that need the same layer share its installation, which is aborted when none of them waits any more. */
  async #make(key: string, layer: string, { signal, log }: LayerWork, fill: FillLayer): Promise<void> {
    let work = this.#atWork.get(key);
    if (work === undefined || work.stop.signal.aborted) {
      const stop = new AbortController();
      const logs = new Set<(line: string) => void>();
      const done = this.#fill(layer, { signal: stop.signal, log: (line) => tell(logs, line) }, fill);
      const made: LayerAtWork = { done, stop, logs };
      work = made;
      this.#atWork.set(key, made);
      const forget = () => this.#atWork.get(key) === made && this.#atWork.delete(key);
      done.then(forget, forget);
    }
    const { logs, stop, done } = work;
    logs.add(log);
    try {
      await Promise.race([done, aborted(signal)]);
    } finally {
      logs.delete(log);
      if (logs.size === 0) stop.abort(signal.reason);
    }
    signal.throwIfAborted();
  }

  async #fill(layer: string, work: LayerWork, fill: FillLayer): Promise<void> {
    const partial = path.join(this.#folder, `partial-${newId()}`);
    await mkdir(partial, { recursive: true });
    try {
      await fill(partial, layer, work);
      await rename(partial, layer);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
  }
}

function tell(logs: ReadonlySet<(line: string) => void>, line: string): void {
  for (const log of logs) log(line);
}

async function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
