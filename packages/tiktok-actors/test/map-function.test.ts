import { afterEach, expect, test } from 'vitest';
import { MapFunction, mapLimits } from '../src/output/map-function.ts';

let opened: MapFunction | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

/** With a short time for each item. */
async function open(source: string): Promise<MapFunction> {
  opened = await MapFunction.open(source, { ...mapLimits, itemMs: 300, spareMs: 3_000 });
  return opened;
}

const video = { id: '7200000000000000001', text: 'Tea ☕', playCount: 12, nested: { list: [1, null] } };

test.each([
  ['(object) => { return {...object} }', video],
  ['(object) => ({ id: object.id })', { id: video.id }],
  ['function (object) { object.extra = object.playCount * 2; return object; }', { ...video, extra: 24 }],
  ['async ({ id }) => ({ id })', { id: video.id }],
  [
    '(o) => { const made = new Date(0); return { at: made.toISOString(), text: o.text } }',
    { at: '1970-01-01T00:00:00.000Z', text: video.text },
  ],
  ['(o) => o // the end', video],
  ['  \n(o) => ({ one: 1 })\n', { one: 1 }],
])('%s maps an item', async (source, mapped) => {
  const map = await open(source);
  expect(await map.map([video, video])).toEqual([mapped, mapped]);
});

test.each([
  ['not a function at all', 'SyntaxError'],
  ['42', 'it is not a function, but of type number'],
  ['', 'SyntaxError'],
  ['(() => { for (;;); })()', 'it took more than 0.3 s'],
  ['(o) => o); (() => 1)(', 'it is not a function, but of type number'],
])('%s is refused before any item', async (source, reason) => {
  await expect(open(source)).rejects.toThrow(reason);
});

test.each([
  ['(o) => { throw new Error("no luck") }', 'for the item 7200000000000000001, Error: no luck'],
  ['(o) => { throw "text" }', 'it threw text'],
  ['(o) => { throw null }', 'it threw null'],
  ['(o) => o.missing.field', 'TypeError'],
  ['(o) => { for (;;); }', 'it took more than 0.3 s for one item'],
  ['(o) => { try { for (;;); } catch { } for (;;); }', 'it took more than 0.3 s for one item'],
  ['async (o) => { for (;;) await null; }', 'it took more than 0.3 s|never settled'],
  ['(o) => new Promise(() => {})', 'it returned a promise that is never settled'],
  ['async (o) => { throw new RangeError("later") }', 'RangeError: later'],
  ['(o) => undefined', 'it returned a value of type undefined and not an object'],
  ['(o) => null', 'it returned null and not an object'],
  ['(o) => [o]', 'it returned a list and not an object'],
  ['(o) => "text"', 'it returned a value of type string and not an object'],
  ['(o) => () => 1', 'it returned a value of type function and not an object'],
  ['(o) => ({ toJSON: () => 1 })', 'it returned an object that is no object as JSON'],
  ['(o) => { const me = {}; me.me = me; return me; }', 'TypeError'],
  ['(o) => ({ big: 1n })', 'TypeError'],
  ['(o) => { const all = []; for (;;) all.push(new ArrayBuffer(1e7)); }', 'it needed more than 64 MiB'],
  ['(o) => { for (;;) "x".repeat(1e6); }', 'it took more than'],
  ['(o) => { const deep = () => deep(); deep(); }', 'stack overflow|Maximum call stack'],
])('[map-2] %s fails with its reason, and every call after it', async (source, reason) => {
  const map = await open(source);
  await expect(map.map([video])).rejects.toThrow(new RegExp(reason));
  await expect(map.map([video])).rejects.toThrow(/customMapFunction has failed/);
});

/** What a program of Node, a browser or a sandbox that leaks has. */
const capabilities = [
  'process',
  'require',
  'module',
  'global',
  'window',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'setTimeout',
  'Worker',
  'std',
  'os',
  'Deno',
  'Bun',
  'Buffer',
  'WebAssembly',
  'console',
];

test('[map-1] the function has the language and nothing else', async () => {
  const map = await open(`(o) => ({ found: ${JSON.stringify(capabilities)}.filter((name) => name in globalThis) })`);
  expect(await map.map([video])).toEqual([{ found: [] }]);
});

test.each([
  '(o) => o.constructor.constructor("return process")()',
  '(o) => (async () => {}).constructor("return import(\'node:fs\')")()',
  '(o) => import("node:fs")',
  '(o) => globalThis.constructor.constructor("return this.process.env")()',
])('[map-1] %s reaches nothing', async (source) => {
  const map = await open(source);
  await expect(map.map([video])).rejects.toThrow(/customMapFunction has failed/);
});

test('what the function does to the language changes nothing outside of it', async () => {
  const map = await open(
    '(() => { JSON.stringify = () => "[1]"; JSON.parse = () => null; Array.isArray = () => false; return (o) => o })()',
  );
  // The helper may take what the function left of the language, but the item is an object, or the function has failed.
  const end = await map.map([video]).catch((error: Error) => error.message);
  expect(typeof end === 'string' ? end : (end as unknown[])[0]).toEqual(expect.anything());
  expect(JSON.stringify([1])).toBe('[1]');
});
