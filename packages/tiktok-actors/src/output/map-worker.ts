/**
 * Runs the function of an input in QuickJS, in a thread of its own. The function has the language and nothing else: no
 * `require`, no network, no files, no environment, no timers.
 */
import { parentPort, workerData } from 'node:worker_threads';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core';

export interface MapLimits {
  readonly source: string;
  /** A multiple of 64 KiB, above 16 MiB. */
  readonly memoryBytes: number;
  readonly stackBytes: number;
  /** How long the function may take for one item. */
  readonly itemMs: number;
}

/** `items` is a list as JSON; the reply has the mapped list as JSON. The first message is the reply to the start. */
export type MapReply =
  | { readonly kind: 'mapped'; readonly items: string }
  | { readonly kind: 'failed'; readonly index: number | null; readonly reason: string };

/** What the function returns, as JSON. A promise is told from other objects here, where it still is one. */
const helper = `((map) => {
  if (typeof map !== 'function') throw new TypeError('it is not a function, but of type ' + typeof map);
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const kept = {};
  const settle = (value) => {
    if (typeof value !== 'object' || value === null || isArray(value)) {
      const type = value === null ? 'null' : isArray(value) ? 'a list' : 'a value of type ' + typeof value;
      throw new TypeError('it returned ' + type + ' and not an object');
    }
    const text = stringify(value);
    if (typeof text !== 'string' || text[0] !== '{') throw new TypeError('it returned an object that is no object as JSON');
    kept.json = text;
  };
  const fail = (error) => { kept.error = error; kept.hasFailed = true; };
  return {
    begin(text) {
      kept.json = undefined; kept.error = undefined; kept.hasFailed = false;
      const value = map(parse(text));
      if (value instanceof Promise) value.then(settle).then(undefined, fail);
      else settle(value);
    },
    end() {
      if (kept.hasFailed) throw kept.error;
      if (kept.json === undefined) throw new TypeError('it returned a promise that is never settled');
      return kept.json;
    },
  };
})`;

const port = parentPort!;
const limits = workerData as MapLimits;
const pageBytes = 64 * 1024;
// QuickJS has a limit of its own, but in this build it does not count the contents of buffers.
// Its types are those of its CommonJS form.
const syncVariant = variant as unknown as QuickJSSyncVariant;
const wasmMemory = new WebAssembly.Memory({ initial: 256, maximum: limits.memoryBytes / pageBytes });
const quickJs = await newQuickJSWASMModuleFromVariant(newVariant(syncVariant, { wasmMemory }));
const runtime = quickJs.newRuntime();
runtime.setMaxStackSize(limits.stackBytes);
let endMs = 0;
let isLate = false;
runtime.setInterruptHandler(() => {
  isLate = performance.now() > endMs;
  return isLate;
});
const context: QuickJSContext = runtime.newContext();

/** Thrown with a sentence for the user. */
class GuestError extends Error {}

let functions: { readonly begin: QuickJSHandle; readonly end: QuickJSHandle } | null = null;

function load(): MapReply {
  try {
    startClock();
    const map = unwrapped(context.evalCode(`(${limits.source}\n)`, 'customMapFunction.js'));
    const made = unwrapped(context.evalCode(helper, 'helper.js'));
    const pair = unwrapped(context.callFunction(made, context.undefined, map));
    functions = { begin: context.getProp(pair, 'begin'), end: context.getProp(pair, 'end') };
    return { kind: 'mapped', items: '[]' };
  } catch (error) {
    return { kind: 'failed', index: null, reason: reasonOf(error) };
  }
}

function mapped(items: string): MapReply {
  const list = JSON.parse(items) as unknown[];
  const results: string[] = [];
  for (const [index, item] of list.entries()) {
    try {
      results.push(mapOne(JSON.stringify(item)));
    } catch (error) {
      return { kind: 'failed', index, reason: reasonOf(error) };
    }
  }
  return { kind: 'mapped', items: `[${results.join(',')}]` };
}

function mapOne(item: string): string {
  startClock();
  const { begin, end } = functions!;
  const text = context.newString(item);
  unwrapped(context.callFunction(begin, context.undefined, text)).dispose();
  text.dispose();
  const jobs = runtime.executePendingJobs(10_000);
  if (jobs.error !== undefined) throw guestErrorOf(jobs.error);
  const result = unwrapped(context.callFunction(end, context.undefined));
  const json = context.getString(result);
  result.dispose();
  return json;
}

function startClock(): void {
  isLate = false;
  endMs = performance.now() + limits.itemMs;
}

type Result = { readonly value: QuickJSHandle; readonly error?: undefined } | { readonly error: QuickJSHandle };

function unwrapped(result: Result): QuickJSHandle {
  if (result.error !== undefined) throw guestErrorOf(result.error);
  return result.value;
}

function guestErrorOf(handle: QuickJSHandle): GuestError {
  if (isLate) return new GuestError(`it took more than ${limits.itemMs / 1000} s for one item`);
  // Reading the error runs no code of the function for longer than the clock allows.
  startClock();
  const error = context.dump(handle) as { name?: unknown; message?: unknown } | string | number | null;
  handle.dispose();
  if (typeof error !== 'object' || error === null) return new GuestError(`it threw ${String(error)}`);
  const text = `${String(error.name ?? 'Error')}: ${String(error.message ?? '')}`;
  if (/out of memory/.test(text)) return new GuestError(`it needed more than ${limits.memoryBytes / 2 ** 20} MiB`);
  return new GuestError(text);
}

const reasonOf = (error: unknown): string => `${error instanceof Error ? error.message : String(error)}`.slice(0, 500);

port.postMessage(load());
port.on('message', (items: string) => port.postMessage(mapped(items)));
