import { formatNumber } from '../../model/format.ts';
import { type Cell, faultTexts, matrixOf, type Report } from '../../model/proof.ts';
import { classes } from '../../ui/classes.ts';
import styles from './proof.module.css';

interface FaultMatrixProps {
  readonly report: Report;
  /** `kill@push` */
  readonly chosen: string;
  readonly onChoose: (pair: string) => void;
}

/** Kinds of faults by types of writes; each cell leads to its trials. */
export function FaultMatrix({ report, chosen, onChoose }: FaultMatrixProps) {
  const { columns, rows } = matrixOf(report);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={styles.scroll} aria-label="Faults by writes" tabIndex={0}>
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">Fault</th>
            {columns.map(({ type, writes }) => (
              <th key={type} scope="col">
                {type} <small className={styles.count}>{formatNumber(writes)}</small>
              </th>
            ))}
            <th scope="col">All</th>
            <th scope="col" className={styles.phrase}>
              What it does
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ fault, cells, all }) => (
            <tr key={fault}>
              <th scope="row">{fault}</th>
              {cells.map((cell, index) => {
                const { type } = columns[index]!;
                const pair = `${fault}@${type}`;
                return (
                  <td key={type}>
                    <CellButton
                      cell={cell}
                      label={`${fault} at ${type}`}
                      isChosen={pair === chosen}
                      onChoose={() => onChoose(pair === chosen ? '' : pair)}
                    />
                  </td>
                );
              })}
              <td>
                <span className={classes(styles.sum, all.failedRuns > 0 && styles.bad)}>
                  {formatNumber(all.failedRuns)} of {formatNumber(all.runs)}
                </span>
              </td>
              <td className={styles.phrase}>{faultTexts[fault]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface CellButtonProps {
  readonly cell: Cell;
  readonly label: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

const untried: Readonly<Record<Exclude<Cell['kind'], 'tried'>, { readonly sign: string; readonly text: string }>> = {
  'not tried': { sign: '?', text: 'not tried' },
  none: { sign: '', text: 'would show nothing' },
  'not known': { sign: '', text: 'not in this report' },
};

function CellButton({ cell, label, isChosen, onChoose }: CellButtonProps) {
  if (cell.kind !== 'tried') {
    const { sign, text } = untried[cell.kind];
    return (
      <span className={classes(styles.cell, cell.kind === 'not tried' && styles.open)} title={`${label}: ${text}`}>
        {sign}
      </span>
    );
  }
  const { runs, failedRuns } = cell;
  return (
    <button
      type="button"
      className={classes(styles.cell, failedRuns > 0 ? styles.failed : styles.passed)}
      aria-pressed={isChosen}
      aria-label={`${label}: ${failedRuns} of ${runs} failed`}
      onClick={onChoose}
    >
      {failedRuns > 0 ? `${formatNumber(failedRuns)} of ${formatNumber(runs)}` : `✓ ${formatNumber(runs)}`}
    </button>
  );
}
