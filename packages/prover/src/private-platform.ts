/** A Wherry of the prover's own: in a process that can be killed and started again on the same port and data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FromPlatform, orderVariable, type PlatformOrder, type ToPlatform } from './platform-messages.ts';
import type { AttemptStart } from './watched-engine.ts';

const script = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

export class PrivatePlatform {
  readonly token: string;
  readonly #order: PlatformOrder;
  readonly #onAttempt: (start: AttemptStart) => void;
  #child: ChildProcess | undefined;
  #url = '';

  constructor(order: PlatformOrder, onAttempt: (start: AttemptStart) => void) {
    this.#order = order;
    this.token = order.token;
    this.#onAttempt = onAttempt;
  }

  /** Stays the same when it is started again. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const { dataFolder, port } = this.#order;
    const order = { ...this.#order, port: this.#url === '' ? port : Number(new URL(this.#url).port) };
    const logFile = path.join(dataFolder, 'platform-process.log');
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      stdio: ['ignore', log, log, 'ipc'],
      // Not an argument, which every user of the machine could read.
      env: { ...process.env, [orderVariable]: JSON.stringify(order) },
    });
    closeSync(log);
    this.#child = child;
    const started = Promise.withResolvers<string>();
    child.on('message', (message: FromPlatform) => {
      if (message.kind === 'started') return started.resolve(message.url);
      this.#onAttempt(message);
      this.#tell({ kind: 'known', token: message.token });
    });
    child.once('error', started.reject);
    child.once('exit', () => started.reject(new Error(`the private platform does not start: ${lastWordsIn(logFile)}`)));
    // The port in its answer is what counts: it listens where the proxy does not.
    this.#url = await started.promise;
  }

  /** From now on the platform cannot kill this attempt. */
  spare(runId: string, attempt: number): void {
    this.#tell({ kind: 'spare', runId, attempt });
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  async close(): Promise<void> {
    await this.#end(() => this.#tell({ kind: 'close' }));
  }

  async #end(tell: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    tell(child);
    await gone;
  }

  #tell(message: ToPlatform): void {
    // A process that was killed meanwhile hears nothing any more.
    this.#child?.send(message, () => undefined);
  }
}

/** The folder is removed when the proof ends, so what it says is said with the error. */
const lastWordsIn = (file: string): string => readFileSync(file, 'utf8').trim().slice(-1000);
