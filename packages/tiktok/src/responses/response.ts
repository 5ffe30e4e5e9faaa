/**
 * What all parsers of responses share. The other files of this folder parse one kind of response each: pages of the site,
 * and pages of lists.
 */
import type { Captured } from '../captured.ts';
import { embeddedJson, embeddedPart } from '../json/embedded.ts';
import { parseExactJson } from '../json/exact-json.ts';
import { Place, UnreadableError } from '../json/place.ts';
import { obstacleOf } from '../obstacle.ts';
import { changed, type Failure, failed, type Outcome, withheld } from '../outcome.ts';
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

/** Reads the first of these script elements that is in the page and has the page's data. */
export function readPage<T>(captured: Captured, readers: readonly ScriptReader<T>[]): Outcome<T> {
  const obstacle = obstacleOf(captured, 'page');
  if (obstacle !== null) return obstacle;
  let without: Outcome<T> | null = null;
  for (const [elementId, reader, keys] of readers) {
    const part = keys && embeddedPart(captured.body, elementId, keys);
    const outcomeOfPart = part === undefined ? undefined : outcomeOf(part, reader);
    if (outcomeOfPart?.kind === 'found') return outcomeOfPart;
    const embedded = embeddedJson(captured.body, elementId);
    if (embedded.kind === 'incomplete') return endsEarly;
    if (embedded.kind === 'absent') continue;
    const outcome = outcomeOf(embedded.value, reader);
    if (outcome.kind !== 'withheld') return outcome;
    without ??= outcome;
  }
  if (without !== null) return without;
  return /<\/html>\s*$/i.test(captured.body) ? changed(`#${readers[0]![0]}`) : endsEarly;
}

/** A record in the data of a page or of a response, and the objects with the codes that belong to it. */
export interface Detail {
  readonly record: Place;
  readonly holders: readonly Place[];
}

export interface DetailForm {
  /** The names of the detail in a page. */
  readonly names: readonly string[];
  /** Where its record is in it. */
  readonly path: readonly string[];
  /** Whether an object is such a record, wherever it is. */
  readonly isRecord: (object: Place) => boolean;
}

/** A detail has its record at other depths in some pages, so the record is found by its form. */
export function detailOf(holder: Place, { path, isRecord }: DetailForm): Detail {
  const record = holder.objects(4).find(isRecord);
  const holders = holder.objects(2).filter((each) => record === undefined || record.path.startsWith(each.path));
  return { record: record ?? holder.at(...path), holders: [...holders] };
}

/** Reads the detail in the data of a page. */
export function readDetailInPage<T>(
  root: Place,
  form: DetailForm,
  ofDetail: (detail: Detail) => Reading<T>,
): Reading<T> {
  const detail = detailInPage(root, form);
  return 'kind' in detail ? detail : ofDetail(detail);
}

/** Finds it by its name or, if no name is known, by the form of its record. */
function detailInPage(root: Place, form: DetailForm): Detail | Failure {
  const scope = root.at('__DEFAULT_SCOPE__');
  const named = scope.firstOf(...form.names);
  if (named.isThere && !isEmpty(named.requireObject())) return detailOf(named, form);
  const record = scope.objects(5).find(form.isRecord);
  if (record !== undefined) return { record, holders: [] };
  const hasOther = scope
    .entries()
    .some(({ path, isObject }) => /detail$/i.test(path) && isObject && path !== named.path);
  const isKnown = scope.at('webapp.app-context').isObject && !hasOther;
  return isKnown ? withheld(named.path) : changed(named.path);
}

const isEmpty = ({ value }: Place): boolean => Object.keys(value as object).length === 0;

/** The failure that the codes of a detail mean. */
export function failureOfDetail({ holders }: Detail): Failure | null {
  for (const holder of holders) {
    const failure = failureOfResponse(holder);
    if (failure !== null) return failure;
  }
  return null;
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
