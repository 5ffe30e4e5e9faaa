import { formatDuration, formatNumber } from '../../model/format.ts';
import { type FailingCase, headlineOf, parsePair, type Report } from '../../model/proof.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { CopyId } from '../../ui/copy-id.tsx';
import { Note } from '../../ui/notice.tsx';
import { Card, Facts } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { FaultMatrix } from './fault-matrix.tsx';
import { Findings, LogText } from './findings.tsx';
import styles from './proof.module.css';
import { TrialList } from './trial-list.tsx';
import { VerdictPill } from './verdict-pill.tsx';

/** A report of `wherry prove`: the verdict in words, the matrix, what happened, and how to fix it. */
export function ReportView({ report }: { readonly report: Report }) {
  const [chosen, setChosen] = useAddressState<string>('cell', '', { isStep: true });
  const pair = parsePair(chosen);
  return (
    <>
      <p className={styles.verdict}>
        <VerdictPill verdict={report.verdict} /> {headlineOf(report)}
      </p>
      {report.reasons.map((reason) => (
        <Note key={reason}>{reason}.</Note>
      ))}
      <ReportFacts report={report} />
      <Card
        title="Faults by writes"
        note={report.combinations === undefined ? 'this report has no trials by write: prove again' : 'failed of tried'}
      >
        <FaultMatrix report={report} chosen={chosen} onChoose={setChosen} />
      </Card>
      {pair !== undefined && <TrialList report={report} pair={pair} onClose={() => setChosen('')} />}
      {report.failing.length > 0 && (
        <Card title="What happened" note="the simplest run that fails, for each kind of fault">
          {report.failing.map((each) => (
            <Failing key={each.kind} failing={each} />
          ))}
        </Card>
      )}
      {report.advice.length > 0 && (
        <Card title="How to fix it" isPadded>
          <ul className={styles.advice}>
            {report.advice.map((text) => (
              <li key={text}>
                <WithCode text={text} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function ReportFacts({ report }: { readonly report: Report }) {
  const writes = Object.entries(report.writes).map(([type, count]) => `${formatNumber(count)} ${type}`);
  return (
    <Facts
      facts={[
        { name: 'Faults', value: formatNumber(report.faults) },
        { name: 'Took', value: formatDuration(report.tookSecs * 1000) },
        { name: 'Undisturbed runs', value: report.cleanRuns, note: `${formatDuration(report.cleanMs)} at most` },
        { name: 'Writes of one', value: <span className={styles.writes}>{writes.join(', ') || 'none'}</span> },
        { name: 'Seed', value: report.seed },
        ...(report.allowed.length > 0 ? [{ name: 'Allowed', value: report.allowed.join(', ') }] : []),
      ]}
    />
  );
}

function Failing({ failing }: { readonly failing: FailingCase }) {
  const { kind, story, replay, isReproduced, findings, log } = failing;
  return (
    <section className={styles.failing}>
      <h3>
        {kind} {isReproduced === false && <Pill tone="late">A second run of it succeeded</Pill>}
      </h3>
      <p>{story}</p>
      <Findings findings={findings} more={0} />
      <p className={styles.replay}>
        Replay: <CopyId id={`wherry prove . --replay ${replay}`} />
      </p>
      <LogText log={log} label={`Log of the run with ${kind}`} />
    </section>
  );
}

/** Text between backticks is code. */
function WithCode({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
