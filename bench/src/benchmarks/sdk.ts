import { actorEnvironment, localEnvironment } from '../actor-environment.ts';
import { atLeast, type Benchmark, type BenchmarkOptions, type Figure } from '../benchmark.ts';
import { startChild } from '../child.ts';
import { newFolder, startNothingProcess, startPlatformProcess, token } from '../processes.ts';
import { type Contestants, interleave, median, medianRatio } from '../rounds.ts';

interface Loop {
  readonly what: string;
  readonly program: string;
  /** Calls in a round: about as many as a second allows. */
  readonly count: number;
  /** Whether Crawlee's own local storage is measured as well. */
  readonly besideLocal?: boolean;
}

const loops: readonly Loop[] = [
  { what: 'pushData', program: 'programs/push-data.ts', count: 800 },
  { what: 'setValue', program: 'programs/set-value.ts', count: 800 },
  { what: 'request fetched and handled', program: 'programs/request-queue.ts', count: 400, besideLocal: true },
];

/** Loops with the stock SDK, each call awaited, as in Actors. */
export const sdk: Benchmark = {
  name: 'sdk',
  about: 'the stock SDK’s calls, one awaited after the other',
  async run(options) {
    await using folder = await newFolder();
    await using platform = await startPlatformProcess(`${folder.path}/platform`, options.profileFolder);
    await using nothing = await startNothingProcess();
    await using syncing = await startNothingProcess(`${folder.path}/log`);
    const figures: Figure[] = [];
    for (const loop of loops) {
      const environments = {
        wherry: await actorEnvironment(platform.ready, token),
        nothing: await actorEnvironment(nothing.ready, token),
        syncing: await actorEnvironment(syncing.ready, token),
        ...(loop.besideLocal === true && { local: localEnvironment(`${folder.path}/local`) }),
      };
      figures.push(...(await measure(loop, environments, options)));
    }
    return figures;
  },
};

type Name = 'wherry' | 'nothing' | 'syncing' | 'local';

async function measure(
  { what, program, count }: Loop,
  environments: Readonly<Partial<Record<Name, Record<string, string>>>>,
  { quick, profileFolder }: BenchmarkOptions,
): Promise<Figure[]> {
  await using children = new AsyncDisposableStack();
  const contestants: Partial<Record<Name, () => Promise<number>>> = {};
  for (const [name, environment] of Object.entries(environments) as [Name, Record<string, string>][]) {
    const profiles = name === 'wherry' ? profileFolder : undefined;
    const child = await startChild<null, number, number>(program, { environment, profileFolder: profiles });
    children.use(child);
    // Client and server are slow until V8 has compiled them.
    for (let round = 0; round < 2; round += 1) await child.ask(count);
    contestants[name] = () => child.ask(quick ? count / 4 : count);
  }
  const { wherry, nothing, syncing, local } = await interleave(contestants as Contestants<Name>, quick ? 3 : 7);
  const figureBeside = (beside: readonly number[], name: string, limit?: number): Figure => {
    const ratio = medianRatio(wherry, beside);
    return {
      what,
      value: median(wherry),
      unit: '/s',
      beside: { what: name, value: median(beside), unit: '/s' },
      ratio,
      goals: limit === undefined ? [] : [atLeast(ratio, limit, limit.toString())],
    };
  };
  return [
    figureBeside(nothing, 'a server that does nothing', 0.9),
    figureBeside(syncing, 'one that only syncs'),
    ...(local === undefined ? [] : [figureBeside(local, 'Crawlee’s local storage', 1)]),
  ];
}
