/**
 * Proofs that take too long for CI: `npm run prove:long -- sound|durable [--seeds 20] [--faults 100] [--per-run 8]
 * [--as-apify]`.
 * `sound`: no false alarm for Actors that no fault can harm. `durable`: nothing lost or duplicated with
 * @wherry/durable.
 * `--faults` is the number for each Actor and seed. Exit code 1 when a failure was found.
 */
import { parseArgs } from 'node:util';
import { faultKinds } from '../src/faults/fault.ts';
import { proveActor } from './prove-actor.ts';
import { type SoundActor, soundActors } from './sound-actors.ts';

const durableActors: readonly Omit<SoundActor, 'maxFaults'>[] = [
  { actor: 'durable-loop', input: { pages: 60 } },
  { actor: 'durable-crawl', input: { pages: 30 } },
];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '20' },
    'first-seed': { type: 'string', default: '1' },
    faults: { type: 'string', default: '100' },
    'per-run': { type: 'string', default: '8' },
    'as-apify': { type: 'boolean', default: false },
    actor: { type: 'string' },
  },
});
const actors: typeof durableActors = positionals[0] === 'durable' ? durableActors : soundActors;
const takesCommits = !values['as-apify'];
// A push that arrives twice cannot be undone on Apify; see docs/prove.md.
const kinds = takesCommits ? faultKinds : faultKinds.filter((kind) => kind !== 'sent-twice');

let faults = 0;
let failures = 0;
for (const { actor, input } of actors.filter((each) => values.actor === undefined || each.actor === values.actor)) {
  for (let index = 0; index < Number(values.seeds); index += 1) {
    const seed = Number(values['first-seed']) + index;
    const verdict = await proveActor(actor, {
      input,
      seed,
      kinds,
      takesCommits,
      chargedEvents: ['page'],
      budgetSecs: 3600,
      maxFaults: Number(values.faults),
      faultsPerRun: Number(values['per-run']),
    });
    faults += verdict.faults;
    failures += verdict.failing.length;
    process.stdout.write(
      `${actor}, seed ${seed}: ${verdict.faults} faults in ${verdict.tookSecs} s, ${verdict.verdict}\n`,
    );
    for (const { replay, story } of verdict.failing) process.stdout.write(`  ${replay}\n  ${story}\n`);
    if (verdict.cleanRuns < 2 || verdict.faults === 0) failures += 1;
  }
}
process.stdout.write(`${faults} faults, ${failures} failures\n`);
process.exitCode = failures > 0 || faults === 0 ? 1 : 0;
