/**
 * What all parsers of responses share. The other files of this folder parse one kind of response each: pages of the site,
 * and pages of lists.
 */
import type { Captured } from '../captured.ts';
import { embeddedJson, embeddedPart } from '../json/embedded.ts';
import { parseExactJson } from '../json/exact-json.ts';
import { Place, UnreadableError } from '../json/place.ts';
import { obstacleOf } from '../obstacle.ts';
import { changed, type Failure, failed, type Outcome } from '../outcome.ts';
import { failureOfCode } from '../status-code.ts';

/** The result of reading the JSON: the record, or why there is none. */
export type Reading<T> = { readonly kind: 'read'; readonly value: T } | Failure;

export const read = <T>(value: T): Reading<T> => ({ kind: 'read', value });

export const readApi = <T>(captured: Captured, reader: (root: Place) => Reading<T>): Outcome<T> =>
  readApiWithCodes(captured, (root) => failureOfResponse(root) ?? reader(root));

/** For a reader that checks the code of the response itself. */
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

/** `keys`: where in the JSON the reader finds what it needs. The rest is parsed only if it is not there. */
export type ScriptReader<T> = readonly [
  elementId: string,
  reader: (root: Place) => Reading<T>,
  keys?: readonly string[],
];

/** Reads the first of these script elements that is in the page. */
export function readPage<T>(captured: Captured, readers: readonly ScriptReader<T>[]): Outcome<T> {
  const obstacle = obstacleOf(captured, 'page');
  if (obstacle !== null) return obstacle;
  for (const [elementId, reader, keys] of readers) {
    const part = keys && embeddedPart(captured.body, elementId, keys);
    const outcomeOfPart = part === undefined ? undefined : outcomeOf(part, reader);
    if (outcomeOfPart?.kind === 'found') return outcomeOfPart;
    const embedded = embeddedJson(captured.body, elementId);
    if (embedded.kind === 'incomplete') return endsEarly;
    if (embedded.kind === 'json') return outcomeOf(embedded.value, reader);
  }
  return /<\/html>\s*$/i.test(captured.body) ? changed(`#${readers[0]![0]}`) : endsEarly;
}

/** The failure that the code of a response means, whatever the name of its field. */
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
    // A required value that cannot be read [outcome-3].
    if (error instanceof UnreadableError) return changed(error.path);
    throw error;
  }
}

const endsEarly = failed('incomplete', 'the response is cut off');

/** A text that begins like JSON was cut off. Any other text is a page instead of a response. */
const notJson = (body: string): Failure =>
  /^\s*[[{]/.test(body) ? endsEarly : changed('', null, 'the response is not JSON');
