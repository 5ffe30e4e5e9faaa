/** Whatever becomes of an answer on its way: never a throw, never a false success. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as tiktok from '../src/index.ts';
import { all } from './mangled-samples.ts';
import { check } from './record-check.ts';
import * as samples from './samples.ts';

/** A copy with what `path` leads to replaced; undefined takes it away. */
function withValue(json: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(json) ? [...json] : { ...(json as object) }) as Record<string, unknown>;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

/** The paths of everything in JSON. */
function pathsIn(json: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof json !== 'object' || json === null) return [path];
  return [path, ...Object.entries(json).flatMap(([key, value]) => pathsIn(value, [...path, key]))];
}

const oddities = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.boolean(),
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.bigInt().map(String),
  fc.constant([]),
  fc.constant({}),
  fc.constant(''),
  fc.constant('0'),
  fc.constant(-1),
  fc.constant(1e300),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A copy with the last name of `path` changed. */
function renamed(json: unknown, path: readonly string[]): unknown {
  const name = path.at(-1)!;
  const [parentPath, holder] = [path.slice(0, -1), valueAt(json, path.slice(0, -1)) as Record<string, unknown>];
  const entries = Object.entries(holder).map(([key, value]) => [key === name ? `${key}New` : key, value]);
  return withValue(json, parentPath, Object.fromEntries(entries));
}

const valueAt = (json: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], json);

/** The places where TikTok has a name, which may go or change. */
const namedIn = (json: unknown) =>
  pathsIn(json).filter((path) => path.length > 0 && !Array.isArray(valueAt(json, path.slice(0, -1))));

/** Where a record has a 0 or an empty list of a page, and the record of the whole response has not. */
function inventedIn(found: unknown, whole: unknown, path = ''): string[] {
  if (found === 0) return whole === 0 ? [] : [path];
  if (path.endsWith('.items') && Array.isArray(found) && found.length < (whole as unknown[]).length) return [path];
  if (typeof found !== 'object' || found === null || typeof whole !== 'object' || whole === null) return [];
  return Object.entries(found).flatMap(([key, value]) =>
    inventedIn(value, (whole as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

test('every parser of a response has a sample', () => {
  const parsers = Object.entries(tiktok).filter(([name]) => /^parse(?!Targets?$)/.test(name));
  const tried = new Set(
    parsers.filter(([, parser]) => all.some(({ parse }) => parse === parser)).map(([name]) => name),
  );
  // These also take the position of their page, or the post that it belongs to.
  for (const name of ['parseReviewList', 'parseCreatorList', 'parseRelated']) tried.add(name);
  expect(parsers.map(([name]) => name).filter((name) => !tried.has(name))).toEqual([]);
});

test.each(all.flatMap(({ list, ...each }) => (list === undefined ? [] : [{ ...each, list }])))(
  '[page-3] $name: a list that is absent is changed with its path, and never empty',
  ({ parse, json, wrap, list }) => {
    const { path, hasMore } = list;
    const keys = path.split('.');
    const last = withValue(json, hasMore.split('.'), false);
    const lost = [
      withValue(json, keys, undefined),
      withValue(json, keys, null),
      renamed(json, keys),
      renamed(last, keys),
    ];
    for (const each of lost) expect(parse(wrap(each))).toMatchObject({ kind: 'changed', path });
    expect(parse(wrap(withValue(last, keys, [])))).toMatchObject({ kind: 'found', value: { items: [] } });
    const none = list.total === undefined ? last : withValue(last, list.total.split('.'), '0');
    expect(parse(wrap(withValue(none, keys, null)))).toMatchObject({
      kind: 'found',
      value: { items: [], hasMore: false },
    });
  },
);

describe.each(all)('$name', ({ parse, json, wrap, required }) => {
  test('is found as it is', () => {
    const outcome = parse(wrap(json));
    expect(outcome).toMatchObject({ kind: 'found', unread: [] });
    check(outcome);
  });

  test('[outcome-1], [outcome-3] is not found without what it needs', () => {
    for (const path of required) {
      for (const odd of [undefined, null, [], 'odd!', -1, true]) {
        // [count-1] without an exact count, the other one is taken.
        if ((odd ?? null) === null && path.includes('statsV2')) continue;
        // Some need only be texts, and some odd values are right.
        if (odd === 'odd!' && /(title|uniqueId|secUid|[cC]ursor)$/.test(path)) continue;
        if (odd === true && /has_?more/i.test(path)) continue;
        if (odd === -1 && /[cC]ursor$/.test(path)) continue;
        // [scalar-3] a negative number says that the value is unknown; what comes of it is tested below.
        if (odd === -1 && /(Count|[cC]reate_?[tT]ime)$/.test(path)) continue;
        const outcome = parse(wrap(withValue(json, path.split('.'), odd)));
        expect(outcome.kind, `${path} = ${JSON.stringify(odd)}`).not.toBe('found');
      }
    }
  });

  test('[outcome-1] whatever is absent or has another name: no 0, no time of 1970, no empty page comes of it', () => {
    const whole = parse(wrap(json));
    for (const path of namedIn(json)) {
      for (const [what, mangled] of [
        ['absent', withValue(json, path, undefined)],
        ['null', withValue(json, path, null)],
        ['renamed', renamed(json, path)],
      ] as const) {
        const outcome = parse(wrap(mangled));
        check(outcome);
        if (outcome.kind !== 'found' || whole.kind !== 'found') continue;
        expect(inventedIn(outcome.value, whole.value), `${path.join('.')} ${what}`).toEqual([]);
      }
    }
  });

  test('[scalar-3] whatever number says that it is unknown, by a 0 for a time or by a negative: it is null', () => {
    for (const path of pathsIn(json).filter((each) =>
      /(Count|[cC]reate_?[tT]ime|_count|_favorited)$/.test(each.join()),
    )) {
      for (const odd of /[tT]ime$/.test(path.join()) ? [0, '0', -1] : [-1, '-1294967296'])
        check(parse(wrap(withValue(json, path, odd))));
    }
  });

  test('any value in any place', () => {
    const paths = pathsIn(json);
    const change = fc.record({ path: fc.constantFrom(...paths), value: oddities });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let mangled: unknown = json;
        for (const { path, value } of changes) {
          if (pathsIn(mangled).some((each) => each.join() === path.join())) mangled = withValue(mangled, path, value);
        }
        check(parse(wrap(mangled ?? null)));
      }),
      { numRuns: 300 },
    );
  });

  test('any part of it, and any text in it', () => {
    const { body } = wrap(json);
    fc.assert(
      fc.property(fc.nat(body.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 12 }), (at, length, text) => {
        check(parse(samples.captured(body.slice(0, at) + text + body.slice(at + length))));
        const cut = parse(samples.captured(body.slice(0, at)));
        // What is cut off is found only when all of the data came before the cut.
        const isWhole = at >= body.length || (body.startsWith('<') && at >= body.lastIndexOf('</script'));
        if (!isWhole) expect(['incomplete', 'blocked']).toContain(cut.kind);
      }),
      { numRuns: 200 },
    );
  });

  test('any text, status and address', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.json().map((each) => wrap(each).body),
    );
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.webUrl(), fc.string()),
        (body, statusCode, url) => {
          const outcome = parse({ url, statusCode, body });
          check(outcome);
          if (statusCode < 200 || statusCode > 299) expect(outcome.kind).not.toBe('found');
        },
      ),
      { numRuns: 200 },
    );
  });
});
