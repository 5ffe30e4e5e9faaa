import { formatCount, formatDuration } from '../../model/format.ts';
import { faultTexts, type Report, type Trial, trialsOf } from '../../model/proof.ts';
import type { Tone } from '../../model/status.ts';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { Findings, LogText } from './findings.tsx';
import styles from './proof.module.css';

/** How many trials of a cell are shown. */
const mostShown = 50;

interface TrialListProps {
  readonly report: Report;
  readonly pair: { readonly kind: string; readonly type: string };
  readonly onClose: () => void;
}

/** The trials of a cell: each one's log, and the difference that it made in the results. */
export function TrialList({ report, pair, onClose }: TrialListProps) {
  const trials = trialsOf(report, pair);
  const phrase = faultTexts[pair.kind];
  return (
    <Card
      title={`${pair.kind} at ${pair.type}`}
      note={phrase}
      actions={
        <Button size="small" onClick={onClose}>
          Close
        </Button>
      }
    >
      {(trials === undefined || trials.length === 0) && (
        <Empty title="The report has no trial of this cell">
          <p>A report keeps the first 1,000 trials, and a published one what has room in 5 MB.</p>
        </Empty>
      )}
      {trials?.slice(0, mostShown).map((trial, index) => (
        <TrialEntry key={index} trial={trial} />
      ))}
      {trials !== undefined && trials.length > mostShown && (
        <p className={styles.failing}>{formatCount(trials.length - mostShown, 'more trial')}</p>
      )}
    </Card>
  );
}

const tones: Readonly<Record<string, Tone>> = { failed: 'failed', passed: 'ok', allowed: 'late' };

function TrialEntry({ trial }: { readonly trial: Trial }) {
  const { replay, outcome, status, durationMs, findings, moreFindings, log } = trial;
  return (
    <section className={styles.failing}>
      <h3>
        <CopyId id={`wherry prove . --replay ${replay}`} label={replay} />
        <Pill tone={tones[outcome] ?? 'ended'}>{outcome}</Pill>
        <small>
          {status}, {formatDuration(durationMs)}
        </small>
      </h3>
      {findings.length === 0 ? (
        <p className={styles.replay}>Its results are those of an undisturbed run.</p>
      ) : (
        <Findings findings={findings} more={moreFindings} />
      )}
      {log !== null && <LogText log={log} label={`Log of ${replay}`} />}
    </section>
  );
}
