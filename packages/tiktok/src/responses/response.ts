/** What all readers of answers share. */
import type { Captured } from '../captured.ts';
import { embeddedJson } from '../json/embedded.ts';
import { parseExactJson } from '../json/exact-json.ts';
import { Place, UnreadableError } from '../json/place.ts';
import { obstacleOf } from '../obstacle.ts';
import { changed, type Failure, failed, type Outcome } from '../outcome.ts';
import { failureOfCode } from '../status-code.ts';

/** What a reader makes of the JSON: the record, or why there is none. */
export type Reading<T> = { readonly kind: 'read'; readonly value: T } | Failure;

export const read = <T>(value: T): Reading<T> => ({ kind: 'read', value });

export const readApi = <T>(captured: Captured, reader: (root: Place) => Reading<T>): Outcome<T> =>
  readApiWithCodes(captured, (root) => failureOfResponse(root) ?? reader(root));

/** For a reader that looks at the answer's code itself. */
export function readApiWithCodes<T>(captured: Captured, reader: (root: Place) => Reading<T>): Outcome<T> {
  const obstacle = obstacleOf(captured, 'api');
  if (obstacle !== null) return obstacle;
  const parsed = parseExactJson(captured.body);
  if (parsed.kind === 'not_json') return notJson(captured.body);
  return outcomeOf(parsed.value, (root) => {
    if (!root.isObject || Array.isArray(root.value)) return changed('');
    if (root.firstText('verify_event') !== null) return failed('captcha', 'TikTok asks for a captcha');
    return reader(root);
  });
}

export type ScriptReader<T> = readonly [elementId: string, reader: (root: Place) => Reading<T>];

/** Reads the first of these script elements that the page has. */
export function readPage<T>(captured: Captured, readers: readonly ScriptReader<T>[]): Outcome<T> {
  const obstacle = obstacleOf(captured, 'page');
  if (obstacle !== null) return obstacle;
  for (const [elementId, reader] of readers) {
    const embedded = embeddedJson(captured.body, elementId);
    if (embedded.kind === 'incomplete') return endsEarly;
    if (embedded.kind === 'json') return outcomeOf(embedded.value, reader);
  }
  return /<\/html>\s*$/i.test(captured.body) ? changed(`#${readers[0]![0]}`) : endsEarly;
}

/** The failure that an answer's own code means, whatever its field is called. */
export function failureOfResponse(response: Place): Failure | null {
  const codes = ['statusCode', 'status_code', 'code'].map((name) => response.at(name)).filter(({ isThere }) => isThere);
  for (const place of codes) {
    const failure = failureOfCode(place.requireCount(), place.path);
    if (failure !== null) return failure;
  }
  return null;
}

function outcomeOf<T>(value: unknown, reader: (root: Place) => Reading<T>): Outcome<T> {
  const unread: string[] = [];
  try {
    const reading = reader(new Place(value, '', unread));
    return reading.kind === 'read' ? { kind: 'found', value: reading.value, unread: [...new Set(unread)] } : reading;
  } catch (error) {
    // [outcome-3]
    if (error instanceof UnreadableError) return changed(error.path);
    throw error;
  }
}

const endsEarly = failed('incomplete', 'the answer ends early');

/** What begins as JSON was cut off; anything else is a page in place of an answer. */
const notJson = (body: string): Failure =>
  /^\s*[[{]/.test(body) ? endsEarly : changed('', null, 'the answer is not JSON');
