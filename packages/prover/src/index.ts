export { type Case, caseText, type Fault, type FaultKind, faultKinds, parseCase } from './fault.ts';
export { type Failure, failureNames, failures, findingText } from './finding.ts';
export type { Progress, ProveOptions } from './prove-options.ts';
export { prove } from './prover.ts';
export { reportHtml } from './report-html.ts';
export { reportJunit } from './report-junit.ts';
export { headline, reportText } from './report-text.ts';
export type { FailingCase, Verdict } from './verdict.ts';
