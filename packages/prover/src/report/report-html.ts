/** The verdict as a self-contained HTML page: a table, and the story and timeline of each failing case. */
import { failureNames, findingText } from '../comparison/finding.ts';
import type { FailingCase, Verdict } from '../verdict.ts';
import { columns, escaped, headline } from './report.ts';
import { timelineSvg } from './timeline-svg.ts';

export function reportHtml(verdict: Verdict, replayWith: (replay: string) => string): string {
  const title = `wherry prove ${escaped(verdict.actor)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p class="verdict ${verdict.verdict}">${escaped(headline(verdict))}</p>
${verdict.reasons.map((reason) => `<p class="reason">${escaped(reason)}.</p>`).join('\n')}
${factsOf(verdict)}
<h2>By fault</h2>
${tableOf(verdict)}
${verdict.failing.length === 0 ? '' : '<h2>What happened</h2>'}
${verdict.failing.map((each) => failingOf(each, replayWith)).join('\n')}
${verdict.advice.length === 0 ? '' : `<h2>How to fix it</h2>\n<ul>${verdict.advice.map(({ text }) => `<li>${code(text)}</li>`).join('')}</ul>`}
</body>
</html>
`;
}

function factsOf({ writes, ignoredPaths, cleanRuns, cleanMs, allowed }: Verdict): string {
  const made = Object.entries(writes).map(([type, count]) => `${count} ${type}`);
  const ignored = Object.entries(ignoredPaths).map(
    ([group, paths]) => `<li><code>${escaped(group)}</code>: ${escaped(paths.join(', '))}</li>`,
  );
  return [
    `<p>Writes of an undisturbed run: ${escaped(made.join(', ')) || 'none'}. Longest of ${cleanRuns} undisturbed runs: ${cleanMs} ms.`,
    allowed.length === 0 ? '' : ` Allowed: ${allowed.map((each) => failureNames[each]).join(', ')}.`,
    '</p>',
    ignored.length === 0
      ? ''
      : `<details><summary>Ignored paths: they differ without faults, or were given with --ignore</summary><ul>${ignored.join('')}</ul></details>`,
  ].join('');
}

function tableOf({ rows }: Verdict): string {
  const head = ['fault', 'runs', 'failed', ...columns.map((column) => failureNames[column])];
  const body = rows.map(({ kind, runs, failedRuns, counts }) => {
    const cells = columns.map((column) => `<td class="${counts[column] > 0 ? column : 'none'}">${counts[column]}</td>`);
    return `<tr><th>${kind}</th><td>${runs}</td><td class="${failedRuns > 0 ? 'bad' : 'none'}">${failedRuns}</td>${cells.join('')}</tr>`;
  });
  return `<table><thead><tr>${head.map((each) => `<th>${each}</th>`).join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function failingOf(
  { kind, story, findings, replay, isReproduced, timeline, log }: FailingCase,
  replayWith: (replay: string) => string,
): string {
  const rest = findings.slice(1, 30).map((finding) => `<li>${escaped(findingText(finding))}</li>`);
  return `<section>
<h3>${kind}</h3>
<p>${escaped(story)}</p>
${rest.length === 0 ? '' : `<details><summary>${findings.length - 1} more</summary><ul>${rest.join('')}</ul></details>`}
<figure>${timelineSvg(timeline, findings)}</figure>
<p>Replay: <code>${escaped(replayWith(replay))}</code>${isReproduced !== false ? '' : ' (a second run of this case succeeded)'}</p>
<details><summary>Log of the run</summary><pre>${escaped(log.slice(-20_000))}</pre></details>
</section>`;
}

/** Text between backticks becomes code. */
const code = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --line: #d5dae1; --dim: #69727f; --good: #17794a; --bad: #b3261e; --warn: #8a5a00; --row: #f3f5f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --paper: #14181e; --line: #38414d; --dim: #98a2b0; --good: #57c48d; --bad: #ff8a80; --warn: #e5b35c; --row: #1d232b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.verdict { font-weight: 600; padding: .6rem .8rem; border-left: 5px solid; background: var(--row); }
.safe { border-color: var(--good); } .unsafe { border-color: var(--bad); } .unclear { border-color: var(--warn); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; } th:first-child { text-align: left; }
td.none { color: var(--dim); } td:not(.none, .wasted):not(:nth-child(2)) { color: var(--bad); font-weight: 600; }
figure { margin: .75rem 0; overflow-x: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
code { font: 13px ui-monospace, monospace; background: var(--row); padding: .1rem .3rem; overflow-wrap: anywhere; }
pre { font: 12px/1.4 ui-monospace, monospace; background: var(--row); padding: .6rem; overflow-x: auto; max-height: 24rem; }
summary { cursor: pointer; color: var(--dim); }
`;
