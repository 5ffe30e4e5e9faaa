/**
 * Which tests are tried once more when they fail: under `npm test` all, but for what fast-check has found with one seed, which
 * is a fault whatever the next seed says. The summary of `npm test` names each: docs/decisions/0086.
 */
export const secondTry = {
  count: process.env.WHERRY_TALLY_FILE === undefined ? 0 : 1,
  condition: /^(?!Property failed)/,
} as const;
