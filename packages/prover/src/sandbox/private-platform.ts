/** A Wherry platform of the prover, in a process that can be killed and started again on the same port and data. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttemptStart } from '../proxy/attempt-traffic.ts';
import { type FromPlatform, type PlatformSettings, settingsVariable, type ToPlatform } from './platform-messages.ts';

const script = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

/** How long a platform may take to end its runs' processes. */
const closeMs = 60_000;

export class PrivatePlatform {
  readonly token: string;
  readonly #settings: PlatformSettings;
  readonly #onAttempt: (start: AttemptStart) => void;
  #child: ChildProcess | undefined;
  #url = '';
  #isClosed = false;

  constructor(settings: PlatformSettings, onAttempt: (start: AttemptStart) => void) {
    this.#settings = settings;
    this.token = settings.token;
    this.#onAttempt = onAttempt;
  }

  /** Does not change when the platform is started again. */
  get url(): string {
    return this.#url;
  }

  /** @throws after `close()`: a fault that starts the platform again may be in progress then */
  async start(): Promise<void> {
    if (this.#isClosed) throw new Error('The private platform is closed.');
    const { dataFolder, port } = this.#settings;
    const settings = { ...this.#settings, port: this.#url === '' ? port : Number(new URL(this.#url).port) };
    const logFile = path.join(dataFolder, 'platform-process.log');
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      stdio: ['ignore', log, log, 'ipc'],
      // They contain a token, and every user of the machine could read an argument.
      env: { ...process.env, [settingsVariable]: JSON.stringify(settings) },
    });
    closeSync(log);
    this.#child = child;
    const started = Promise.withResolvers<string>();
    child.on('message', (message: FromPlatform) => {
      if (message.kind === 'started') return started.resolve(message.url);
      this.#onAttempt(message);
      this.#send({ kind: 'known', token: message.token });
    });
    child.once('error', started.reject);
    const failed = () => started.reject(new Error(`The private platform did not start: ${endOf(logFile)}`));
    child.once('exit', failed);
    this.#url = await started.promise;
    // A later exit is no failure to start, and the log's folder may be gone by then.
    child.off('exit', failed);
  }

  /** From now on the platform cannot kill this attempt. */
  protect(runId: string, attempt: number): void {
    this.#send({ kind: 'protect', runId, attempt });
  }

  /** Kills the process with SIGKILL. */
  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  /** Ends the process; `start()` continues with its data. */
  async stop(): Promise<void> {
    await this.#end(() => this.#send({ kind: 'close' }));
  }

  /** Ends the process for good. One that does not end by itself is killed: its data is not needed any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const kill = setTimeout(() => this.#child?.kill('SIGKILL'), closeMs);
    try {
      await this.stop();
    } finally {
      clearTimeout(kill);
    }
  }

  async #end(request: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    request(child);
    await ended;
  }

  #send(message: ToPlatform): void {
    // A process that has been killed in the meantime receives nothing, which is no error.
    this.#child?.send(message, () => undefined);
  }
}

/** The end of the log. The error contains it, because the log's folder is removed when the proof ends. */
const endOf = (file: string): string => readFileSync(file, 'utf8').trim().slice(-1000);
