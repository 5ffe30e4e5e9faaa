import { useState } from 'react';
import { formatCount } from '../../model/format.ts';
import type { Finding } from '../../model/proof.ts';
import { Button } from '../../ui/button.tsx';
import styles from './proof.module.css';

/** How many differences are shown at first. */
const shownAtFirst = 5;

/** What differs in the results. */
export function Findings({ findings, more }: { readonly findings: readonly Finding[]; readonly more: number }) {
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? findings : findings.slice(0, shownAtFirst);
  const folded = findings.length - shown.length;
  return (
    <>
      <ul className={styles.findings}>
        {shown.map(({ failure, what, how, count }, index) => (
          <li key={index}>
            <span className={failure === 'wasted' ? styles.wasted : styles.bad}>{failure}</span>{' '}
            <code>
              {what} {how}
            </code>
            {count > 1 && <small> {count} times</small>}
          </li>
        ))}
      </ul>
      {folded > 0 && (
        <Button size="small" onClick={() => setIsWhole(true)}>
          {formatCount(folded, 'more', 'more')}
        </Button>
      )}
      {more > 0 && <p className={styles.replay}>{formatCount(more, 'more is', 'more are')} not in the report.</p>}
    </>
  );
}

/** How much of a log is shown: its end, where the fault is. */
const shownChars = 20_000;

export function LogText({ log, label }: { readonly log: string; readonly label: string }) {
  if (log === '') return null;
  return (
    <details className={styles.log}>
      <summary>{label}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
      <pre tabIndex={0}>{log.slice(-shownChars)}</pre>
    </details>
  );
}
