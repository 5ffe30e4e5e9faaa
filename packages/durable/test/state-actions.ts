import fc from 'fast-check';
import { DurableMap } from '../src/document/durable-map.ts';
import { DurableSet } from '../src/document/durable-set.ts';
import { durableMap, durableSet } from '../src/index.ts';

/** A document for the tests, with values of every kind. */
export interface TestState {
  cursor: number;
  note: string | null;
  fields: Record<string, unknown>;
  list: unknown[];
  seen: Set<string> | DurableSet<string>;
  sizes: Map<number, unknown> | DurableMap<number, never>;
}

/** How collections are created: durable ones, or `Set` and `Map` for the model. */
export interface Kit {
  set(values: string[]): TestState['seen'];
  map(entries: [number, unknown][]): TestState['sizes'];
}

export const durableKit: Kit = {
  set: (values) => durableSet(values),
  map: (entries) => durableMap(entries as [number, never][]),
};
export const modelKit: Kit = { set: (values) => new Set(values), map: (entries) => new Map(entries) };

export const initialState = (kit: Kit): TestState => ({
  cursor: 0,
  note: null,
  fields: {},
  list: [],
  seen: kit.set([]),
  sizes: kit.map([]),
});

/** One step of a recipe, applied to a draft and to the model. */
export type Action = (state: TestState, kit: Kit) => void;

const key = fc.constantFrom('a', 'b', '$set', '$$', '$map', '__proto__', 'ü', '0', 'length');
/** Created anew each time, because the model keeps and changes what it is given. */
const json = fc.json({ maxDepth: 2 }).map((text) => () => JSON.parse(text) as unknown);
const element = fc.constantFrom('x', 'y', 'z', 'long'.repeat(20));
const number = fc.integer({ min: 0, max: 5 });

function setField(target: object, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else (target as Record<string, unknown>)[name] = value;
}

/** The list, or a list in it, so that paths have several keys. */
const inner = (state: TestState, at: number): unknown[] => {
  const found = state.list[at % Math.max(1, state.list.length)];
  return Array.isArray(found) ? found : state.list;
};

export const action: fc.Arbitrary<Action> = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map(
    (n): Action =>
      (state) =>
        void Object.assign(state, { cursor: state.cursor + n }),
  ),
  element.map(
    (text): Action =>
      (state) =>
        void Object.assign(state, { note: text }),
  ),
  fc
    .tuple(
      key.filter((name) => name !== '__proto__'),
      json,
    )
    .map(
      ([name, value]): Action =>
        (state) =>
          setField(state.fields, name, value()),
    ),
  json.map(
    (value): Action =>
      (state) =>
        void Object.assign(state, { fields: { kept: value(), __proto: 1, $set: 5 } }),
  ),
  key.map(
    (name): Action =>
      (state) =>
        void delete state.fields[name],
  ),
  fc.tuple(number, fc.array(json, { maxLength: 3 })).map(
    ([at, values]): Action =>
      (state) =>
        void inner(state, at).push(...values.map((value) => value())),
  ),
  fc.tuple(number, number, number, fc.array(json, { maxLength: 2 })).map(
    ([at, start, count, values]): Action =>
      (state) =>
        void inner(state, at).splice(start - 2, count, ...values.map((value) => value())),
  ),
  fc.constant<Action>((state) => void state.list.push([], { deep: [1] })),
  fc.constant<Action>((state) => void state.list.shift()),
  fc.constant<Action>((state) => void state.list.pop()),
  json.map(
    (value): Action =>
      (state) =>
        void state.list.unshift(value()),
  ),
  fc.constant<Action>((state) => void state.list.reverse()),
  fc.constant<Action>((state) => void state.list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))),
  fc.tuple(number, json).map(
    ([at, value]): Action =>
      (state) => {
        if (state.list.length > 0) state.list[at % state.list.length] = value();
      },
  ),
  fc.constant<Action>((state) => void Object.assign(state.list, { length: Math.floor(state.list.length / 2) })),
  // A reference to an element stays valid when the element moves in its list.
  json.map(
    (value): Action =>
      (state) => {
        const held = state.list.find((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
        state.list.unshift('before');
        if (held !== undefined) setField(held as object, 'held', value());
      },
  ),
  // A removed part can still be changed, and put back as a copy.
  json.map(
    (value): Action =>
      (state) => {
        const removed = state.list.pop();
        if (typeof removed === 'object' && removed !== null && !Array.isArray(removed))
          setField(removed, 'removed', value());
        if (removed !== undefined) state.list.push(removed, removed === null ? 0 : 'again');
      },
  ),
  element.map(
    (text): Action =>
      (state) =>
        void state.seen.add(text),
  ),
  element.map(
    (text): Action =>
      (state) =>
        void state.seen.delete(text),
  ),
  fc.constant<Action>((state) => state.seen.clear()),
  fc.array(element, { maxLength: 3 }).map(
    (values): Action =>
      (state, kit) =>
        void Object.assign(state, { seen: kit.set(values) }),
  ),
  fc.tuple(number, json).map(
    ([at, value]): Action =>
      (state) =>
        void state.sizes.set(at, value() as never),
  ),
  number.map(
    (at): Action =>
      (state) =>
        void state.sizes.delete(at),
  ),
  fc.constant<Action>((state) => state.sizes.clear()),
  fc.array(element, { maxLength: 3 }).map(
    (values): Action =>
      (state, kit) =>
        setField(state.fields, 'inner', kit.set(values)),
  ),
  element.map(
    (text): Action =>
      (state) => {
        const { inner: set } = state.fields as { inner?: unknown };
        if (set instanceof Set || set instanceof DurableSet) set.add(text);
      },
  ),
);

/** A state of either kind as plain JSON, ignoring the order of collections. */
export function plain(value: unknown): unknown {
  if (value instanceof Set || value instanceof DurableSet) return { set: [...value].sort() };
  if (value instanceof Map || value instanceof DurableMap) {
    return { map: [...value].sort(([a], [b]) => Number(a) - Number(b)).map(([at, each]) => [at, plain(each)]) };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, plain(each)]);
}
