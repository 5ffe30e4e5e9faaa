import { isCollectionData, MapData, SetData } from './collection-data.ts';
import { sizeWithin } from './snapshot-operations.ts';

/** Yields the JSON text of a tree in pieces of about `groupSize` characters. Collections become lists and objects. */
export function* jsonTexts(value: unknown, groupSize: number): Generator<string> {
  if (typeof value !== 'object' || value === null) yield JSON.stringify(value);
  else if (value instanceof SetData) yield* enclosedTexts('[]', unnamed(value.entries), groupSize);
  else if (value instanceof MapData) yield* enclosedTexts('{}', named(value.entries), groupSize);
  else if (Array.isArray(value)) yield* enclosedTexts('[]', unnamed(value), groupSize);
  else yield* enclosedTexts('{}', named(Object.entries(value)), groupSize);
}

/** The text before an item, and the item. */
type Member = readonly [string, unknown];

function* unnamed(items: Iterable<unknown>): Generator<Member> {
  for (const item of items) yield ['', item];
}

function* named(fields: Iterable<readonly [string | number, unknown]>): Generator<Member> {
  for (const [key, item] of fields) yield [`${JSON.stringify(`${key}`)}:`, item];
}

function* enclosedTexts(brackets: '[]' | '{}', members: Iterable<Member>, groupSize: number): Generator<string> {
  let text = brackets[0]!;
  let separator = '';
  for (const [name, item] of members) {
    text += separator + name;
    separator = ',';
    if (isWhole(item, groupSize)) {
      text += JSON.stringify(item);
    } else {
      yield text;
      yield* jsonTexts(item, groupSize);
      text = '';
    }
    if (text.length < groupSize) continue;
    yield text;
    text = '';
  }
  yield `${text}${brackets[1]}`;
}

/** Whether the value can be serialized in one step: it is small and holds no collection. */
function isWhole(value: unknown, groupSize: number): boolean {
  return sizeWithin(value, groupSize) < groupSize && !holdsCollection(value);
}

function holdsCollection(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isCollectionData(value)) return true;
  return Object.values(value).some(holdsCollection);
}
