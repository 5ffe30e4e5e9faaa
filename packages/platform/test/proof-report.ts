/** The least that a report of `wherry prove` has. */
export const proofReport = (more: object = {}) => ({
  ...{ format: 1, verdict: 'unsafe', actor: 'crawler', seed: 7, faults: 12, writes: { push: 3 }, failing: [] },
  rows: [
    { kind: 'kill', runs: 4, failedRuns: 2 },
    { kind: 'warm', runs: 8, failedRuns: 1 },
  ],
  ...more,
});
