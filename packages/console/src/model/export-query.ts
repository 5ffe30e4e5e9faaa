/** Which parameters a download of a dataset's items has. Pure. */
export const exportFormats = [
  { value: 'json', label: 'JSON' },
  { value: 'jsonl', label: 'JSON Lines, one item a line' },
  { value: 'csv', label: 'CSV' },
  { value: 'xlsx', label: 'Excel (xlsx)' },
  { value: 'xml', label: 'XML' },
  { value: 'html', label: 'HTML table' },
  { value: 'rss', label: 'RSS' },
] as const;

export type ExportFormat = (typeof exportFormats)[number]['value'];

export interface ExportChoice {
  readonly format: ExportFormat;
  /** The id of a view; none when it is empty. */
  readonly view: string;
  /** Names of fields with commas or new lines between them. */
  readonly fields: string;
  readonly omit: string;
  readonly isClean: boolean;
  readonly isNewestFirst: boolean;
  readonly offset: string;
  readonly limit: string;
  readonly escapesFormulas: boolean;
}

export const usualExport: ExportChoice = {
  format: 'json',
  view: '',
  fields: '',
  omit: '',
  isClean: false,
  isNewestFirst: false,
  offset: '',
  limit: '',
  escapesFormulas: true,
};

/** Formats that spreadsheets open, where a text such as `=1+1` would be taken for a formula. */
const isForSpreadsheets = (format: ExportFormat): boolean => format === 'csv' || format === 'html';

export { isForSpreadsheets };

const listOf = (names: string): string | undefined =>
  names
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter(Boolean)
    .join(',') || undefined;

/** What is wrong with a number; undefined when nothing is. */
export const countError = (text: string): string | undefined =>
  /^\d*$/.test(text.trim()) ? undefined : 'Write a whole number, or nothing.';

export function exportParameters(choice: ExportChoice): Readonly<Record<string, string | undefined>> {
  const { format, view, fields, omit, isClean, isNewestFirst, offset, limit, escapesFormulas } = choice;
  return {
    format,
    view: view || undefined,
    fields: listOf(fields),
    omit: listOf(omit),
    clean: isClean ? '1' : undefined,
    desc: isNewestFirst ? '1' : undefined,
    offset: offset.trim() || undefined,
    limit: limit.trim() || undefined,
    escapeFormulas: escapesFormulas && isForSpreadsheets(format) ? '1' : undefined,
  };
}
