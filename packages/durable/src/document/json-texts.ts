import { isCollectionData, MapData, SetData } from './collection-data.ts';
import { sizeWithin } from './snapshot-operations.ts';

/** The JSON text of a tree in pieces of about `groupSize` characters, collections as lists and objects. */
export function* jsonTexts(value: unknown, groupSize: number): Generator<string> {
  if (typeof value !== 'object' || value === null) yield JSON.stringify(value);
  else if (value instanceof SetData) yield* listTexts(value.entries, groupSize);
  else if (value instanceof MapData) yield* fieldTexts(value.entries, groupSize);
  else if (Array.isArray(value)) yield* listTexts(value, groupSize);
  else yield* fieldTexts(Object.entries(value), groupSize);
}

function* listTexts(items: Iterable<unknown>, groupSize: number): Generator<string> {
  let text = '[';
  let separator = '';
  for (const item of items) {
    text += separator;
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
  yield `${text}]`;
}

function* fieldTexts(fields: Iterable<readonly [string | number, unknown]>, groupSize: number): Generator<string> {
  let text = '{';
  let separator = '';
  for (const [key, item] of fields) {
    text += `${separator}${JSON.stringify(`${key}`)}:`;
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
  yield `${text}}`;
}

/** Whether it can be made into text at once: it is small, and no collection is in it. */
function isWhole(value: unknown, groupSize: number): boolean {
  return sizeWithin(value, groupSize) < groupSize && !holdsCollection(value);
}

function holdsCollection(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isCollectionData(value)) return true;
  return Object.values(value).some(holdsCollection);
}
