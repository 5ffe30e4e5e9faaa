import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../packages/platform/test/simulation/random.ts';
import type { Api, ApiResponse } from './api.ts';
import type { Crowd, TortureRun } from './crowd.ts';
import type { Flood } from './flood.ts';
import type { Victim } from './victim.ts';

export interface Scene {
  readonly victim: Victim;
  readonly api: Api;
  readonly crowd: Crowd;
  readonly flood: Flood;
}

interface Attack {
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  /** Resolves with what came of it. */
  readonly perform: () => Promise<string>;
}

/** Between two attacks: runs should come some way in between. */
const maxPauseMs = 1300;

/** Does, one after the other and many at a time, what a seed decides. When it happens is the machine's affair. */
export class Adversary {
  /** How often each attack was tried, by what came of it. */
  readonly tried = new Map<string, Map<string, number>>();
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #attacks: Readonly<Record<string, Attack>>;
  readonly #pending = new Set<Promise<void>>();
  /** Attacks on the platform's process follow each other, and so do those on its disk and on its file handles. */
  readonly #turns = new Map<'process' | 'disk' | 'handles', Promise<unknown>>();
  #isOver = false;

  constructor(scene: Scene, random: Random) {
    this.#scene = scene;
    this.#random = random;
    this.#attacks = this.#all();
  }

  /** Attacks for so many seconds, and then makes everything whole again. */
  async rage(secs: number): Promise<void> {
    const endMs = performance.now() + secs * 1000;
    // First each of them once, since some are rare and the time may be short.
    const each = this.#shuffled();
    while (performance.now() < endMs) {
      await delay(this.#random.below(maxPauseMs));
      const [name, attack] = each.pop() ?? this.#choose();
      const work = attack.perform().then(
        (outcome) => this.#count(name, outcome),
        (error: unknown) => this.#scene.victim.problems.push(`${name}: ${(error as Error).message}`),
      );
      const tracked: Promise<void> = work.then(() => void this.#pending.delete(tracked));
      this.#pending.add(tracked);
    }
    this.#isOver = true;
    await this.#calm();
  }

  async #calm(): Promise<void> {
    const { victim, api } = this.#scene;
    await Promise.all(this.#turns.values());
    await victim.setClock(0);
    await victim.giveHandlesBack();
    if (!victim.isUp) await victim.start();
    for (const server of servers) await api.insist('POST', `/wherry/v1/servers/${server}/undrain`);
    await Promise.all(this.#pending);
  }

  #shuffled(): [string, Attack][] {
    const attacks = Object.entries(this.#attacks).filter(([, { weight }]) => weight > 0);
    const keyed = attacks.map((attack) => ({ attack, key: this.#random.next() }));
    return keyed.sort((one, other) => one.key - other.key).map(({ attack }) => attack);
  }

  #choose(): [string, Attack] {
    const attacks = Object.entries(this.#attacks);
    let at = this.#random.next() * attacks.reduce((sum, [, { weight }]) => sum + weight, 0);
    for (const attack of attacks) {
      at -= attack[1].weight;
      if (at < 0) return attack;
    }
    return attacks[0]!;
  }

  #count(name: string, outcome: string): void {
    const counts = this.tried.get(name) ?? new Map<string, number>();
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    this.tried.set(name, counts);
  }

  #all(): Record<string, Attack> {
    const { victim, crowd, flood } = this.#scene;
    const random = this.#random;
    const attack = (weight: number, perform: Attack['perform'], isPossible = true): Attack => ({
      weight: isPossible ? weight : 0,
      perform,
    });
    return {
      'move warm': attack(6, () => this.#toRun('migrate', { mode: 'warm' })),
      'move cold': attack(4, () => this.#toRun('migrate', { mode: 'cold' })),
      'lose a server': attack(4, () => this.#toRun('migrate', { mode: 'lost' })),
      'drain a server': attack(0.7, () => this.#drain()),
      abort: attack(0.6, () => this.#toRun('abort')),
      'abort gracefully': attack(0.6, () => this.#toRun('abort?gracefully=true')),
      'resurrect a run': attack(1, () => this.#resurrect()),
      'kill an attempt': attack(2, () => this.#killAttempt()),
      'kill -9 of the platform': attack(0.35, () => this.#toProcess(() => victim.kill())),
      'Ctrl-C of the platform': attack(0.15, () => this.#toProcess(() => victim.stop())),
      'pause the platform': attack(0.3, () => this.#inTurn('process', () => victim.pause(200 + random.below(2000)))),
      'fill the disk': attack(0.4, () => this.#fillDisk(), victim.canFillDisk),
      'set the clock': attack(1.5, () => this.#setClock(), victim.canSetClock),
      'use up file handles': attack(0.4, () => this.#limitHandles()),
      'flood the API': attack(1.2, async () => {
        await flood.calls(50 + random.below(150));
        return `${crowd.unfinished.length > 0 ? 'while runs work' : 'while none works'}`;
      }),
      'flood connections': attack(0.7, async () => {
        await flood.rawConnections();
        return 'done';
      }),
    };
  }

  #pick(runs: readonly TortureRun[]): TortureRun | undefined {
    return runs.length === 0 ? undefined : this.#random.pick(runs);
  }

  async #toRun(what: string, body?: unknown): Promise<string> {
    const { api, crowd } = this.#scene;
    // A run that waits for room has nothing to move.
    const isMovable = ({ status }: TortureRun) => what !== 'migrate' || status === 'RUNNING';
    const run = this.#pick(crowd.unfinished.filter(isMovable));
    if (run === undefined) return 'no run';
    const prefix = what === 'migrate' ? '/wherry/v1/runs' : '/v2/actor-runs';
    return outcomeOf(await api.call('POST', `${prefix}/${run.id}/${what}`, { body }));
  }

  async #resurrect(): Promise<string> {
    const { api, crowd } = this.#scene;
    const run = this.#pick(crowd.runs.filter((each) => !crowd.unfinished.includes(each)));
    if (run === undefined) return 'no run';
    const response = await api.call('POST', `/v2/actor-runs/${run.id}/resurrect`);
    if (response?.status === 200) run.status = 'RUNNING';
    return outcomeOf(response);
  }

  async #drain(): Promise<string> {
    const { api } = this.#scene;
    const server = this.#random.pick(servers);
    const pauseMs = 500 + this.#random.below(5000);
    const drained = api.call('POST', `/wherry/v1/servers/${server}/drain`);
    await delay(pauseMs);
    if (!this.#isOver) await api.call('POST', `/wherry/v1/servers/${server}/undrain`);
    return outcomeOf(await drained);
  }

  /** `kill -9` of the first process of an attempt, which the platform takes for the end of its program. */
  async #killAttempt(): Promise<string> {
    const { victim, crowd } = this.#scene;
    const attempts = await attemptsOf(victim);
    const known = attempts.flatMap(({ pid, runId }) => {
      const run = crowd.find(runId);
      return run === undefined ? [] : [{ pid, run }];
    });
    if (known.length === 0) return 'no attempt';
    const { pid, run } = this.#random.pick(known);
    // First, since what reads it may be faster.
    run.hits.add('killed');
    try {
      process.kill(pid, 'SIGKILL');
      return 'done';
    } catch {
      return 'was gone';
    }
  }

  #inTurn(what: 'process' | 'disk' | 'handles', act: () => Promise<unknown>): Promise<string> {
    const before = this.#turns.get(what) ?? Promise.resolve();
    const turn = before.then(async () => {
      if (this.#isOver) return 'too late';
      await act();
      return 'done';
    });
    this.#turns.set(
      what,
      turn.catch(() => undefined),
    );
    return turn;
  }

  #toProcess(end: () => Promise<void>): Promise<string> {
    const { victim } = this.#scene;
    const pauseMs = this.#random.chance(0.7) ? 0 : this.#random.below(2000);
    return this.#inTurn('process', async () => {
      await end();
      await delay(pauseMs);
      await victim.start();
    });
  }

  #fillDisk(): Promise<string> {
    const { victim } = this.#scene;
    const pauseMs = 500 + this.#random.below(4000);
    return this.#inTurn('disk', async () => {
      await victim.fillDisk();
      await delay(pauseMs);
      await victim.freeDisk();
    });
  }

  async #setClock(): Promise<string> {
    const secs = this.#random.pick([-7200, -60, -1, 0, 1, 60, 7200]);
    await this.#scene.victim.setClock(secs);
    return `${secs < 0 ? '' : '+'}${secs} s`;
  }

  #limitHandles(): Promise<string> {
    const { victim } = this.#scene;
    const more = this.#random.below(15);
    const pauseMs = 500 + this.#random.below(3000);
    return this.#inTurn('handles', async () => {
      await victim.limitHandles(more);
      await delay(pauseMs);
      await victim.giveHandlesBack();
    });
  }
}

const servers = ['local-1', 'local-2'] as const;

const outcomeOf = (response: ApiResponse | undefined): string => {
  if (response === undefined) return 'no response';
  return response.status < 300 ? 'done' : `refused ${response.status}`;
};

/** The first processes of attempts: the platform's children, by the folder that they work in, `work/RUN-ATTEMPT`. */
async function attemptsOf({ dataFolder, pids }: Victim): Promise<{ pid: number; runId: string }[]> {
  const work = `${dataFolder}/work/`;
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = await readlink(`/proc/${name}/cwd`).catch(() => '');
      if (!folder.startsWith(work)) return [];
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      const [, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const runId = folder.slice(work.length).split('-')[0]!;
      return Number(parentId) === pids.at(-1) ? [{ pid: Number(name), runId }] : [];
    }),
  );
  return found.flat();
}
