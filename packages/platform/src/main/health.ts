import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { CheckResult, HealthReport, HealthReporter, Readiness } from '../api/about/health-routes.ts';
import type { Database } from '../database/database.ts';
import { defineWrite } from '../database/operation.ts';
import { exec } from '../database/sql.ts';
import type { Engine } from '../engines/engine.ts';
import { Refusal } from '../shared/errors.ts';
import type { Admission } from './admission.ts';

/** How long a check may take. */
const limitMs = 5000;
/** A result is given again for so long, since anyone may ask and each check writes to the disk. */
const validMs = 1000;
const leastFreeBytes = 8 * 1024 * 1024;
/** How late the event loop may be in this window and the one before it. */
const mostDelayMs = 5000;
const windowMs = 10_000;

/** Writes pages and removes the row in the same transaction, so that nothing is left and nobody sees it. */
const probe = defineWrite('health.probe', function* (_: null, { now }) {
  yield* exec("INSERT INTO users (id, username, created_at) VALUES ('health', 'health check', ?)", now);
  yield* exec("DELETE FROM users WHERE id = 'health'");
});

interface HealthParts {
  readonly database: Database;
  readonly dataFolder: string;
  readonly engine: Engine;
  readonly admission: Pick<Admission, 'look' | 'closedFor'>;
}

/**
 * What works of the platform.
 *
 * [health-1] `/health` says in bounded time what fails: the database (it is written), the disk, the engine, the event loop.
 * [health-2] `/ready` says no from the beginning of the platform's end, while runs still finish what they have in flight, so
 *     that a load balancer sends new calls elsewhere.
 */
export class Health implements HealthReporter {
  /** Set by the composition. */
  readiness: Readiness = 'starting';
  readonly #parts: HealthParts;
  readonly #delays = monitorEventLoopDelay({ resolution: 50 });
  readonly #window: NodeJS.Timeout;
  #formerDelayMs = 0;
  #known: { readonly report: Promise<HealthReport>; readonly askedAtMs: number } | undefined;
  /** A write that has not ended: no other one is made meanwhile. */
  #probing: Promise<void> | undefined;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#delays.enable();
    this.#window = setInterval(() => {
      this.#formerDelayMs = this.#delays.max / 1e6;
      this.#delays.reset();
    }, windowMs).unref();
  }

  close(): void {
    clearInterval(this.#window);
    this.#delays.disable();
  }

  report(): Promise<HealthReport> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.askedAtMs > validMs) {
      this.#known = { report: this.#check(), askedAtMs: now };
    }
    return this.#known.report;
  }

  async #check(): Promise<HealthReport> {
    const { engine } = this.#parts;
    const [database, checkedDisk, engineResult] = await Promise.all([
      resultOf(this.#probe()),
      resultOf(this.#checkDisk()),
      resultOf(engine.check?.() ?? Promise.resolve()),
    ]);
    // The platform works without new runs, so that it goes on to get calls.
    const message = this.#parts.admission.closedFor;
    const disk = checkedDisk.ok && message !== undefined ? { ...checkedDisk, message } : checkedDisk;
    const checks = { database, disk, engine: engineResult, eventLoop: this.#checkEventLoop() };
    return { status: Object.values(checks).every(({ ok }) => ok) ? 'ok' : 'failing', checks };
  }

  #probe(): Promise<void> {
    this.#probing ??= this.#parts.database.write(probe, null, { kind: 'platform' }).finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  async #checkDisk(): Promise<void> {
    await this.#parts.admission.look();
    const { bavail, bsize } = await statfs(this.#parts.dataFolder);
    if (bavail * bsize < leastFreeBytes) throw new Refusal(507, 'disk-full', 'less than 8 MiB are free');
  }

  #checkEventLoop(): CheckResult {
    const delayMs = Math.round(Math.max(this.#formerDelayMs, this.#delays.max / 1e6));
    return delayMs <= mostDelayMs ? { ok: true } : { ok: false, message: `it was ${delayMs} ms late` };
  }
}

/** Anyone may read the messages, so they name no folder and no address; the platform's log says more. */
async function resultOf(check: Promise<unknown>): Promise<CheckResult> {
  const late = Promise.withResolvers<CheckResult>();
  const timer = setTimeout(() => late.resolve({ ok: false, message: `no result within ${limitMs} ms` }), limitMs);
  const result = check.then(
    (): CheckResult => ({ ok: true }),
    (error: Error): CheckResult => ({ ok: false, message: codeOf(error) }),
  );
  return Promise.race([result, late.promise]).finally(() => clearTimeout(timer));
}

function codeOf(error: Error & { code?: unknown }): string {
  if (error instanceof Refusal) return error.type;
  return typeof error.code === 'string' ? error.code : 'failed';
}
