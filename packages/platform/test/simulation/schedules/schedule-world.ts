/** One history of schedules: platforms, their users, time and what goes wrong, over the real database. */

import type { Database } from '../../../src/database/database.ts';
import type { Caller, Operation } from '../../../src/database/operation.ts';
import { type Invocation, invokeSchedule, readForInvocation } from '../../../src/schedules/invocations.ts';
import type { SchedulePoint } from '../../../src/schedules/invoker.ts';
import type { ScheduleInput } from '../../../src/schedules/schedule-settings.ts';
import { createSchedule, deleteSchedule, updateSchedule } from '../../../src/schedules/schedules.ts';
import type { Waker } from '../../../src/schedules/waker.ts';
import type { Clock } from '../../../src/shared/clock.ts';
import { Refusal } from '../../../src/shared/errors.ts';
import { Agenda } from '../agenda.ts';
import { Random } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import {
  clearSchedules,
  deletePlantedActor,
  endRun,
  forgetInvocations,
  plantActors,
  readNextRunAt,
  seeSchedules,
  userId,
} from './planted-schedules.ts';
import { ScheduleCheckers } from './schedule-checkers.ts';
import { wakerOver } from './waker-over.ts';

const platform = { kind: 'platform' } as const;
const owner = { kind: 'user', userId } as const;

/** On purpose: the transaction does not compare, or a clock that is set back makes the platform forget what it invoked. */
type ScheduleBreakage = 'none' | 'comparesNothing' | 'forgets';

export interface ScheduleHistoryOptions {
  readonly breakage: ScheduleBreakage;
  readonly trace?: ((line: string) => void) | undefined;
  /** Counts where platforms were stopped. */
  readonly crashes?: Map<SchedulePoint, number>;
}

/** The clocks change in Berlin while the histories last. */
const beginAt = Date.UTC(2026, 2, 28, 23, 50);
const steps = 60;
const expressions = [
  '* * * * *',
  '*/10 * * * * *',
  '*/3 * * * * *',
  '0 * * * *',
  '*/15 * * * *',
  '30 2 * * *',
  '5 1,2 * * *',
];
const zones = ['UTC', 'Europe/Berlin'];

/** One process of the platform. */
class Life {
  isDead = false;
  readonly waker: Waker;

  constructor(world: ScheduleWorld, name: string) {
    const database = world.databaseOf(this);
    this.waker = wakerOver({
      database,
      clock: world.clock.of(this),
      supervise: async (runId) => {
        const { runs } = await database.read(seeSchedules, null, platform);
        if (!runs.some(({ id }) => id === runId)) throw new Refusal(404, 'record-not-found', 'There is no such run.');
        world.checkers.supervised(runId);
      },
      at: (point) => world.crashes(this, point),
      invoking: (scheduleId) => world.trace(`${name} invokes ${scheduleId}`),
    });
  }
}

export class ScheduleWorld {
  readonly random: Random;
  readonly agenda: Agenda;
  readonly clock = new VirtualClock();
  readonly checkers = new ScheduleCheckers();
  readonly trace: (line: string) => void;
  readonly #database: Database;
  readonly #options: ScheduleHistoryOptions;
  readonly #seed: number;
  #lives: Life[] = [];
  #isCalm = false;
  #ids = 0;
  #failure: unknown;

  constructor(seed: number, database: Database, options: ScheduleHistoryOptions) {
    this.#seed = seed;
    this.random = new Random(seed);
    this.agenda = new Agenda(this.random);
    this.clock.setMs = beginAt - this.clock.nowMs;
    this.#database = database;
    this.#options = options;
    this.trace = options.trace ?? (() => undefined);
  }

  /** The way of one process to the database: each transaction comes when the scheduler says so, fails, or is never heard of. */
  databaseOf(life: Life): Database {
    return {
      read: (operation, input, caller) => {
        if (life.isDead) return new Promise(() => undefined);
        if (operation.name === readForInvocation.name) {
          this.checkers.prepares((input as { id: string }).id, this.clock.wallMs);
        }
        return this.#database.read(operation, input, caller);
      },
      write: (operation, input, caller) => this.#writeLater(life, operation, input, caller),
      close: async () => undefined,
    };
  }

  #writeLater<Input, Result>(
    life: Life,
    operation: Operation<Input, Result>,
    input: Input,
    caller: Caller,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (life.isDead) return promise;
    const write = async () => {
      if (!this.#isCalm && this.random.chance(0.05))
        return reject(new Refusal(507, 'storage-full', 'the disk is full'));
      try {
        const result = await this.#write(operation, input, caller);
        if (!this.#isCalm && this.random.chance(0.05)) reject(new Error('the connection broke'));
        else resolve(result);
      } catch (error) {
        reject(error);
      }
    };
    this.agenda.add(`write: ${operation.name}`, write, life);
    return promise;
  }

  async #write<Input, Result>(operation: Operation<Input, Result>, input: Input, caller: Caller): Promise<Result> {
    if (operation.name !== invokeSchedule.name) return this.#database.write(operation, input, caller);
    let invocation = input as Invocation;
    if (this.#options.breakage === 'comparesNothing') {
      const row = await this.#database.read(readNextRunAt, { id: invocation.scheduleId }, platform);
      if (row?.next_run_at) invocation = { ...invocation, revision: row.revision, nextRunAt: row.next_run_at };
    }
    const before = await this.see();
    const result = await this.#database.write(operation, invocation as Input, caller);
    if ((result as { kind: string }).kind === 'invoked') {
      try {
        this.checkers.invoked(invocation, before, await this.see());
      } catch (error) {
        this.#failure ??= error;
      }
      if (this.#options.breakage === 'forgets') await this.#database.write(forgetInvocations, null, platform);
    }
    return result;
  }

  see() {
    return this.#database.read(seeSchedules, null, platform);
  }

  /** Stops the process for ever at some of the points. */
  crashes(life: Life, point: SchedulePoint): Promise<void> | undefined {
    if (this.#isCalm || !this.random.chance(0.06)) return undefined;
    this.trace(`a platform is stopped at ${point}`);
    const { crashes } = this.#options;
    crashes?.set(point, (crashes.get(point) ?? 0) + 1);
    this.#kill(life);
    return new Promise(() => undefined);
  }

  #kill(life: Life): void {
    life.isDead = true;
    this.#lives = this.#lives.filter((each) => each !== life);
    this.agenda.add('a platform starts', () => this.#start());
  }

  async #start(): Promise<void> {
    this.checkers.restarted(await this.see());
    this.#ids += 1;
    const life = new Life(this, `platform ${this.#ids}`);
    this.#lives.push(life);
    life.waker.start();
  }

  get #actorIds(): string[] {
    return ['a', 'b', 'c'].map((letter) => `schedules-actor-${letter}`);
  }

  async run(): Promise<void> {
    await this.#database.write(clearSchedules, null, platform);
    await this.#database.write(plantActors, { ids: this.#actorIds }, platform);
    const platforms = this.random.chance(0.4) ? 2 : 1;
    this.checkers.hasSeveralPlatforms = platforms > 1;
    for (let index = 0; index < platforms; index += 1) await this.#start();
    await this.#createOne();
    for (let step = 0; step < steps; step += 1) await this.#step();
    await this.#rest();
  }

  async #step(): Promise<void> {
    if (this.random.chance(0.15)) await this.#intrude();
    const happening = this.random.chance(0.6) ? this.agenda.take() : undefined;
    if (happening !== undefined) {
      this.trace(happening.name);
      await happening.happen();
    } else {
      this.#passTime(this.random.pick([500, 1000, 20_000, 60_000, 600_000, 7_200_000]));
    }
    await this.#settle();
  }

  #passTime(atMost: number): void {
    const ms = 1 + this.random.below(atMost);
    this.trace(`${ms} ms pass: it is ${new Date(this.clock.wallMs + ms).toISOString()}`);
    this.clock.advanceTo(this.clock.nowMs + ms);
  }

  /** Lets everything run that waits neither for the scheduler nor for time. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < 24; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    this.checkers.seen(await this.see(), this.clock.wallMs);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Nothing goes wrong any more: what is due is invoked, and all is still. */
  async #rest(): Promise<void> {
    this.trace('from here on nothing goes wrong');
    this.#isCalm = true;
    // The longest wait before another try is a minute.
    for (const endsAt = this.clock.nowMs + 90_000; this.clock.nowMs < endsAt; ) {
      const happening = this.agenda.take();
      if (happening !== undefined) await happening.happen();
      else this.#passTime(9000);
      await this.#settle();
    }
    // Waits of no length are left, and what follows from them.
    this.clock.advanceTo(this.clock.nowMs + 1001);
    for (let round = 0; round < 10; round += 1) {
      await this.#settle();
      for (let next = this.agenda.take(); next !== undefined; next = this.agenda.take()) {
        await next.happen();
        await this.#settle();
      }
      this.clock.advanceTo(this.clock.nowMs);
    }
    this.checkers.rested(await this.see(), this.clock.wallMs);
    for (const life of this.#lives) life.isDead = true;
  }

  /** A user, an operator, the end of a run. */
  async #intrude(): Promise<void> {
    const { schedules, runs } = await this.see();
    const schedule = schedules.length > 0 ? this.random.pick(schedules) : undefined;
    const kind = this.random.pick([
      'create',
      'change',
      'change',
      'end',
      'end',
      'kill',
      'set',
      'delete',
      'actor',
    ] as const);
    this.trace(`intrusion: ${kind}`);
    if (kind === 'create' && schedules.length < 3) await this.#createOne();
    else if (kind === 'change' && schedule !== undefined) await this.#changeOne(schedule.id);
    else if (kind === 'delete' && schedule !== undefined && this.random.chance(0.3)) {
      await this.#database.write(deleteSchedule, { userId, schedule: schedule.id }, owner);
    } else if (kind === 'end') {
      const open = runs.filter(({ isOver }) => !isOver);
      if (open.length > 0) await this.#database.write(endRun, { id: this.random.pick(open).id }, platform);
    } else if (kind === 'kill' && this.#lives.length > 0) this.#kill(this.random.pick(this.#lives));
    else if (kind === 'set' && this.#seed % 2 === 0) this.#setClock();
    else if (kind === 'actor' && this.random.chance(0.3)) {
      await this.#database.write(deletePlantedActor, { id: this.random.pick(this.#actorIds) }, platform);
    }
  }

  #setClock(): void {
    this.checkers.clockWasSet = true;
    this.clock.setMs += this.random.pick([-1, 1]) * this.random.below(this.random.pick([5000, 120_000, 7_200_000]));
  }

  #fields(): ScheduleInput {
    const some = this.#actorIds.filter(() => this.random.chance(0.6));
    const actions = [
      ...some.map((actorId) => ({ type: 'RUN_ACTOR', actorId }) as const),
      ...(this.random.chance(0.2) ? [{ type: 'RUN_ACTOR_TASK', actorTaskId: 'none' } as const] : []),
    ];
    return {
      cronExpression: this.random.pick(expressions),
      timezone: this.random.pick(zones),
      isExclusive: this.random.chance(0.4),
      actions,
    };
  }

  async #createOne(): Promise<void> {
    this.#ids += 1;
    const id = `schedule-${this.#seed}-${this.#ids}`;
    await this.#asUser(() =>
      this.#database.write(createSchedule, { userId, id, input: this.#fields(), actionIds: this.#newIds() }, owner),
    );
  }

  async #changeOne(id: string): Promise<void> {
    const { cronExpression, timezone, isExclusive, actions } = this.#fields();
    const input = this.random.pick<ScheduleInput>([
      { title: 'changed' },
      { cronExpression: cronExpression ?? null },
      { timezone: timezone ?? null },
      { isExclusive: isExclusive ?? null },
      { isEnabled: this.random.chance(0.5) },
      { actions: actions ?? null },
    ]);
    const update = { userId, schedule: id, input, actionIds: this.#newIds() };
    await this.#asUser(() => this.#database.write(updateSchedule, update, owner));
  }

  /** An Actor may be gone. */
  async #asUser(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    this.checkers.seen(await this.see(), this.clock.wallMs);
    for (const { waker } of this.#lives) waker.wake();
  }

  #newIds(): string[] {
    return Array.from({ length: 4 }, () => {
      this.#ids += 1;
      return `action-${this.#seed}-${this.#ids}`;
    });
  }
}

/** The clock of the database, which outlives the histories. */
export class ClockOfHistories implements Clock {
  current: VirtualClock = new VirtualClock();
  now = (): number => this.current.wallMs;
  monotonicMs = (): number => this.current.nowMs;
  after = (): (() => void) => () => undefined;
}
