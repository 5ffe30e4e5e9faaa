/**
 * Checks against the schemas of Actors, which their authors write: a pattern such as `^(a+)+$`, `uniqueItems` over many
 * objects or a schema that refers to itself can take any time. They run in worker threads that can be ended.
 *
 * [schema-1] no check runs on the platform's own thread, and none takes more of its worker's processor time than its limit.
 * [schema-2] a schema whose check was ended once has its checks in a second worker from then on, so that other schemas do
 *     not wait for it. That worker evaluates patterns with RE2, in linear time, where RE2 can express them:
 *     docs/decisions/0030-schema-checks-in-workers.md.
 */
import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../shared/errors.ts';

export interface Check {
  readonly schemaJson: string;
  /** The input to check; undefined to check the schema itself. */
  readonly input?: { readonly body: Uint8Array | undefined } | undefined;
  /** What else there is to check; undefined for an input and an input schema. */
  readonly task?: SchemaTask | undefined;
}

/** Which of Apify's own schemas a part of an Actor's definition is checked against. */
export type DefinitionPart = 'actor' | 'dataset' | 'keyValueStore' | 'output';

export type SchemaTask =
  /** Whether each of these JSON texts fits the JSON Schema. */
  | { readonly kind: 'items'; readonly items: readonly string[] }
  /** Whether it is a JSON Schema that items can be checked against. */
  | { readonly kind: 'jsonSchema' }
  | { readonly kind: 'definition'; readonly part: DefinitionPart }
  /** The memory of a run; `schemaJson` is the expression. */
  | { readonly kind: 'memory'; readonly context: MemoryContext };

export interface MemoryContext {
  readonly input: Readonly<Record<string, unknown>>;
  readonly runOptions: Readonly<Record<string, unknown>>;
}

/** The errors of one item, as Ajv reports them. */
export interface InvalidItem {
  readonly itemPosition: number;
  readonly validationErrors: readonly unknown[];
}

/** What is wrong with a field of an input; `field` is null for what is about the whole. */
export interface InvalidField {
  readonly field: string | null;
  readonly message: string;
}

export type Verdict =
  /** `body` is the input with the schema's defaults added; `value` is what an expression gives. */
  | { readonly kind: 'fits'; readonly body: Uint8Array; readonly value?: number }
  | {
      readonly kind: 'refused';
      readonly complaint: string;
      readonly invalidItems?: readonly InvalidItem[];
      readonly invalidFields?: readonly InvalidField[];
    };

type Outcome = Verdict | { readonly kind: 'ended'; readonly why: 'time' | 'memory' };

/** The processor time that one check may take, unless it is set. It does not count while other programs have the processor. */
const usualLimitMs = 2000;
/** How often it is measured. */
const measureEveryMs = 50;
const maxHeapMbytes = 512;
/** A worker without work is ended, since it takes tens of megabytes. */
const idleMs = 60_000;
/** How many checks may wait for the second worker. More are refused, since each may take the whole limit. */
const maxSlowWaiting = 20;
const maxSlowSchemas = 10_000;

export class SchemaChecks {
  readonly #quick: CheckLane;
  readonly #slow: CheckLane;
  readonly #limitMs: number;
  /** Hashes of the schemas that belong to the second worker [schema-2]. */
  readonly #slowSchemas = new Set<string>();

  /** `expressions`: its workers evaluate expressions, and load what that needs before their first check. */
  constructor({ limitMs = usualLimitMs, expressions = false } = {}) {
    this.#quick = new CheckLane({ linear: false, limitMs, expressions });
    this.#slow = new CheckLane({ linear: true, limitMs, expressions });
    this.#limitMs = limitMs;
  }

  /** @throws Refusal 429 `rate-limit-exceeded` when too many slow checks wait */
  async check(check: Check): Promise<Verdict> {
    const key = hash('sha256', check.schemaJson);
    const isSlow = () => this.#slowSchemas.has(key);
    const outcome = await this.#quick.perform(check, isSlow);
    if (outcome !== 'passed on' && outcome.kind !== 'ended') return outcome;
    if (this.#slowSchemas.size >= maxSlowSchemas) this.#slowSchemas.clear();
    this.#slowSchemas.add(key);
    if (this.#slow.waiting >= maxSlowWaiting) throw tooManySlow();
    const second = await this.#slow.perform(check, () => false);
    if (second !== 'passed on' && second.kind !== 'ended') return second;
    return {
      kind: 'refused',
      complaint: complaintOf(second, this.#limitMs, check.task === undefined ? 'input schema' : 'schema'),
    };
  }
}

const tooManySlow = (): Refusal =>
  new Refusal(
    429,
    'rate-limit-exceeded',
    'Too many inputs wait for a check against schemas that are slow to check. Send this again later.',
  );

const complaintOf = (outcome: Outcome | 'passed on', limitMs: number, schema: string): string =>
  outcome !== 'passed on' && outcome.kind === 'ended' && outcome.why === 'memory'
    ? `the check takes more than ${maxHeapMbytes} MB of memory. Make it smaller, or simplify the Actor's ${schema}.`
    : `the check takes more than ${limitMs / 1000} s of processor time. Make it smaller, or simplify the patterns of the Actor's ${schema}.`;

interface LaneOptions {
  readonly linear: boolean;
  readonly limitMs: number;
  readonly expressions: boolean;
}

/** One worker, and the checks that wait for it. */
class CheckLane {
  readonly #options: LaneOptions;
  #worker: Promise<Worker> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  waiting = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Performs the check when all earlier ones are done, unless `passesOn` says then that it belongs elsewhere. */
  perform(check: Check, passesOn: () => boolean): Promise<Outcome | 'passed on'> {
    if (passesOn()) return Promise.resolve('passed on');
    this.waiting += 1;
    const turn = this.#last.then(async () => (passesOn() ? ('passed on' as const) : this.#run(check)));
    this.#last = turn.then(
      () => this.#settle(),
      () => this.#settle(),
    );
    return turn;
  }

  #settle(): void {
    this.waiting -= 1;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), idleMs).unref();
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.then(
      (started) => started.terminate(),
      () => undefined,
    );
  }

  async #run(check: Check): Promise<Outcome> {
    clearTimeout(this.#idle);
    this.#worker ??= startWorker(this.#options);
    let worker: Worker;
    try {
      worker = await this.#worker;
    } catch (error) {
      this.#worker = undefined;
      throw error;
    }
    const outcome = await answerOf(worker, check, this.#options.limitMs);
    if (outcome.kind === 'ended') this.#end();
    return outcome;
  }
}

/** Resolves when the worker has loaded what it needs, which does not count as time of a check. */
function startWorker({ linear, expressions }: LaneOptions): Promise<Worker> {
  const worker = new Worker(new URL('./schema-check-worker.ts', import.meta.url), {
    workerData: { linear, expressions },
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMbytes },
    // Not those of the process, of which `--input-type` would keep the thread from starting.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return new Promise((resolve, reject) => {
    worker.once('error', reject).once('message', () => {
      worker.off('error', reject);
      // The errors of a worker without a check are found by the next check, as its end.
      worker.on('error', () => undefined);
      worker.unref();
      resolve(worker);
    });
  });
}

/** Rejects when the worker fails for a reason of its own. */
async function answerOf(worker: Worker, check: Check, limitMs: number): Promise<Outcome> {
  const before = await worker.cpuUsage();
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      // It rejects for a worker that has ended, which `exit` says as well.
      worker.cpuUsage(before).then(
        ({ user, system }) => {
          if ((user + system) / 1000 > limitMs) settle({ kind: 'ended', why: 'time' });
        },
        () => undefined,
      );
    }, measureEveryMs);
    const onError = (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? settle({ kind: 'ended', why: 'memory' }) : settle(error);
    const onExit = () => settle({ kind: 'ended', why: 'memory' });
    function settle(outcome: Outcome | Error): void {
      clearInterval(timer);
      worker.off('message', settle).off('error', onError).off('exit', onExit).unref();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    }
    worker.ref();
    worker.on('message', settle).on('error', onError).on('exit', onExit);
    worker.postMessage(check);
  });
}
