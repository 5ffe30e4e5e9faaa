import type { FailedInput } from './failed-input.ts';

/** Records may have 9 MB; in UTF-8 a character takes three bytes at most. */
const mostLength = 2_500_000;

/** The inputs that failed as records of a key-value store: `FAILED`, and `FAILED-2` and so on when one is too small. */
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
