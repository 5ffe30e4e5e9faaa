export { type Failure, failureNames, failures, findingText } from './comparison/finding.ts';
export { type Case, caseText, type Fault, type FaultKind, faultKinds, parseCase } from './faults/fault.ts';
export { type Progress, type ProveOptions, prove } from './prover.ts';
export { publishedReport } from './report/published-report.ts';
export { headline, reportText } from './report/report.ts';
export { reportHtml } from './report/report-html.ts';
export { reportJunit } from './report/report-junit.ts';
export type { FailingCase, Verdict } from './verdict.ts';
