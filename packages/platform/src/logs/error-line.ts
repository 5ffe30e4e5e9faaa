/**
 * The line of a log that says best why a program failed: the last one of the last lines that looks like an error. A program
 * that ends by an error prints it last, above its stack or below its traceback.
 */
import { isOwnLine, ownTextOf } from './log-lines.ts';

const looksLikeError: readonly RegExp[] = [
  // `TypeError: x is not a function`, `playwright._impl._errors.TimeoutError: …`, `java.lang.IllegalStateException: …`.
  /^(?:Uncaught |Caused by: |\[cause\]: )?(?:[\w$]+\.)*[A-Z]?\w*(?:Error|Exception|Fault)(?:\s*\[\w+\])?(?::|$)/,
  // Levels of loggers: `ERROR CheerioCrawler: …`, `[FATAL] …`, `level=error msg=…`.
  /^\W*(?:ERROR|FATAL|CRITICAL|PANIC)\b/,
  /\blevel"?[=:]\s?"?(?:error|fatal)\b/i,
  /^(?:panic|fatal error|fatal|error|npm error|npm ERR!)(?:[:!]|\s|$)/i,
  /^(?:Segmentation fault|Killed|Aborted|Bus error)\b/,
];

const mostLines = 100;
const mostChars = 500;
const stamp = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of terminals begin with one.
const escapes = /\u001b(?:\[[\d;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -~])/g;

/**
 * @param lines the end of a log, as it is stored
 * @returns without its time and its colours; the last line of the platform's own when none looks like an error; null for a log
 *   that has neither
 */
export function errorLineOf(lines: readonly string[]): string | null {
  const texts = lines.slice(-mostLines).map((line) => line.replace(stamp, ''));
  const error = texts
    .filter((text) => !isOwnLine(text))
    .map((text) => text.replaceAll(escapes, '').trim())
    .findLast((text) => looksLikeError.some((pattern) => pattern.test(text)));
  if (error !== undefined) return error.slice(0, mostChars);
  const own = texts.findLast(isOwnLine);
  return own === undefined ? null : ownTextOf(own).slice(0, mostChars);
}
