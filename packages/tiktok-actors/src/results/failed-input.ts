import { changed, type Failure, type UnreadableEntry } from '@wherry/tiktok';

/** The item for an input that failed. */
export interface FailedInput {
  readonly type: 'failed';
  readonly input: string;
  readonly url: string | null;
  /** `wrong_input`, or the meaning of the site's response. */
  readonly errorCode: Failure['kind'] | 'wrong_input';
  readonly error: string;
  /** TikTok's own code, if there was one. */
  readonly siteCode: number | null;
  /** For `changed` and `withheld`: what could not be read. */
  readonly path: string | null;
}

export const failedInput = (input: string, url: string, failure: Failure): FailedInput => ({
  type: 'failed',
  input,
  url,
  errorCode: failure.kind,
  error: failure.message,
  siteCode: failure.code,
  path: 'path' in failure ? failure.path : null,
});

export const refusedInput = (input: string, message: string): FailedInput => ({
  type: 'failed',
  input,
  url: null,
  errorCode: 'wrong_input',
  error: message,
  siteCode: null,
  path: null,
});

export const unreadableEntry = ({ id, path }: UnreadableEntry): Failure =>
  changed(path, null, `an entry of the list${id === null ? '' : `, ${id},`} cannot be read: ${path}`);

/** Records may have 9 MB. In UTF-8 a character of a JavaScript string takes at most three bytes. */
const mostLength = 2_500_000;

/** The failed inputs as records of a key-value store: `FAILED`, then `FAILED-2` and so on if one is not enough. */
export function failedRecords(failed: readonly FailedInput[], most = mostLength): Map<string, FailedInput[]> {
  const lists: FailedInput[][] = [[]];
  let length = 0;
  for (const each of failed) {
    const itsLength = JSON.stringify(each).length + 1;
    if (length + itsLength > most && lists.at(-1)!.length > 0) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1)!.push(each);
    length += itsLength;
  }
  return new Map(lists.map((list, index) => [index === 0 ? 'FAILED' : `FAILED-${index + 1}`, list]));
}
