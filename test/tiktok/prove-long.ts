/**
 * Proofs that take too long for CI: `npm run prove:tiktok -- [--actor tiktok-shop] [--seeds 5] [--faults 100]
 * [--per-run 4]`.
 * `--faults` is the number for each Actor and seed. Exit code 1 when a failure was found, or when an Actor got no
 * fault.
 * `--as-apify`: the platform accepts no commits. Nothing is sent twice, because no library can undo that there.
 */
import { parseArgs } from 'node:util';
import { faultKinds } from '../../packages/prover/src/index.ts';
import { actorRows } from './actor-rows.ts';
import { apiRow, listRows } from './list-rows.ts';
import { proveRow } from './prove-row.ts';

const { values } = parseArgs({
  options: {
    actor: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    'first-seed': { type: 'string', default: '1' },
    faults: { type: 'string', default: '100' },
    'per-run': { type: 'string', default: '4' },
    'as-apify': { type: 'boolean', default: false },
  },
});

const asApify = { takesCommits: false, kinds: faultKinds.filter((kind) => kind !== 'sent-twice') };

let faults = 0;
let failures = 0;
let isUntried = false;
for (const row of [...actorRows, ...listRows, apiRow].filter(
  ({ actor }) => values.actor === undefined || actor === values.actor,
)) {
  for (let index = 0; index < Number(values.seeds); index += 1) {
    const seed = Number(values['first-seed']) + index;
    const options = { seed, maxFaults: Number(values.faults), faultsPerRun: Number(values['per-run']) };
    const more = values['as-apify'] ? asApify : {};
    const verdict = await proveRow(row, { ...options, ...more, budgetSecs: 3600 });
    faults += verdict.faults;
    failures += verdict.failing.length;
    // For example, because its undisturbed runs fail.
    isUntried ||= verdict.faults === 0;
    const { tookSecs, verdict: word } = verdict;
    process.stdout.write(`${row.actor}, seed ${seed}: ${verdict.faults} faults in ${tookSecs} s, ${word}\n`);
    for (const reason of verdict.reasons) process.stdout.write(`  ${reason}\n`);
    for (const { replay, story } of verdict.failing) process.stdout.write(`  ${replay}\n  ${story}\n`);
  }
}
process.stdout.write(`${faults} faults, ${failures} failures\n`);
process.exitCode = failures > 0 || faults === 0 || isUntried ? 1 : 0;
