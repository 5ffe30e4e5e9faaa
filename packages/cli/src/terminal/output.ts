/** The folder `terminal` has what commands share in their use of the terminal: output, progress, signals. */

/** Results go to stdout and everything else to stderr, so that stdout has nothing but JSON with `--json`. */
export const printResult = (text: string): void => void process.stdout.write(`${text}\n`);
export const printNote = (text: string): void => void process.stderr.write(`${text}\n`);
export const printJson = (value: unknown): void => printResult(JSON.stringify(value, undefined, 2));
/** One line for each value, for output that comes piece by piece. */
export const printJsonLine = (value: unknown): void => printResult(JSON.stringify(value));

type Cell = string | number | null | undefined;

/** A table with columns as wide as their content; numbers are aligned right, and a missing value is "-". */
export function tableOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '-' : String(cell))));
  const widths = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]!.length)));
  const isNumeric = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [head, ...texts].map(lineOf).join('\n');
}

/** A duration for people: `14 ms`, `2.3 s`, `4 min 5 s`; "-" for none. */
export function durationOf(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '-';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const secs = Math.round(ms / 1000);
  return `${Math.floor(secs / 60)} min ${secs % 60} s`;
}
