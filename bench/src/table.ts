import type { Figure } from './benchmark.ts';

const columns = ['', 'measured', 'beside', 'ratio', 'goal'] as const;

/** The figures as lines of text in columns. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [columns, ...figures.map(rowOf)];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ what, value, unit, beside, ratio, goals }: Figure): string[] {
  return [
    what,
    `${round(value)} ${unit}`,
    beside === undefined ? '' : `${round(beside.value)} ${beside.unit} ${beside.what}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goals.map(({ text, met }) => `${text}: ${met ? 'met' : 'missed'}`).join(', '),
  ];
}

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(3)).toString();
