/** A small report of `wherry prove`. @param text what the Actor wrote */
export function proofReport(text: string): object {
  const finding = { failure: 'lost', what: `item ${text}`, how: 'is missing', count: 1 };
  const trial = (replay: string, kind: string, outcome: string) => ({
    replay,
    injected: [{ kind, type: 'push' }],
    outcome,
    status: 'SUCCEEDED',
    durationMs: 12,
    findings: outcome === 'failed' ? [finding] : [],
    moreFindings: 0,
    log: outcome === 'failed' ? text : null,
  });
  return {
    ...{ format: 1, verdict: 'unsafe', reasons: [text], actor: 'worker', seed: 1, budgetSecs: 30, tookSecs: 4 },
    ...{ faults: 4, failedRuns: 1, cleanRuns: 2, cleanMs: 300, allowed: [], ignoredPaths: {} },
    writes: { push: 20, record: 1 },
    rows: [
      { kind: 'warm', runs: 1, failedRuns: 0, counts: {} },
      { kind: 'kill', runs: 2, failedRuns: 1, counts: {} },
    ],
    combinations: [
      { kind: 'warm', type: 'push', runs: 1, failedRuns: 0 },
      { kind: 'warm', type: 'record', runs: 0, failedRuns: 0 },
      { kind: 'kill', type: 'push', runs: 2, failedRuns: 1 },
    ],
    trials: [
      trial('warm@push#1:before', 'warm', 'passed'),
      trial('kill@push#1:before', 'kill', 'passed'),
      trial('kill@push#1:after', 'kill', 'failed'),
    ],
    failing: [
      {
        ...{ kind: 'kill', failures: ['lost'], findings: [finding], story: `Killed: ${text}.`, timeline: [] },
        ...{ replay: 'kill@push#1:after', isReproduced: false, log: text },
      },
    ],
    advice: [{ failure: 'lost', text: `Use \`useState\`. ${text}` }],
  };
}
