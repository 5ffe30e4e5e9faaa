/**
 * One run under the prover's eyes: it sees each write of each attempt, and carries the faults of the case out.
 *
 * [watch-1] while a fault is under way no other one strikes; the next of the case strikes at the first write that comes after
 *     it and is of its type and not before its number.
 * [watch-2] from the moment that an attempt is cut, nothing of it comes through. No fault is wasted on one that was frozen.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptTraffic } from './attempt-traffic.ts';
import { type Exchange, refusal } from './exchange.ts';
import type { Case, Fault } from './fault.ts';
import { type Scene, strikes, type Trouble, type WatchedRun } from './strikes.ts';
import { Timeline, type WriteEvent } from './timeline.ts';

const refusedWith = [503, 429, 500, 502];
const lateMs = 300;

export class RunWatch implements WatchedRun {
  readonly timeline = new Timeline();
  readonly attempts: AttemptTraffic[] = [];
  trouble: Trouble | undefined;
  doomed: AttemptTraffic | undefined;
  readonly #scene: Scene;
  readonly #pending: Fault[];
  #underWay: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  constructor(faults: Case, scene: Omit<Scene, 'watch' | 'runId'>) {
    this.#pending = [...faults];
    const { migrate, spare, restartPlatform } = scene;
    const watch = this;
    this.#scene = {
      watch,
      migrate,
      spare,
      restartPlatform,
      get runId() {
        return watch.attempts[0]!.start.runId;
      },
    };
  }

  /** How many faults of the case have struck. */
  get struckCount(): number {
    return this.timeline.faults().length;
  }

  add(attempt: AttemptTraffic): void {
    this.attempts.push(attempt);
    this.timeline.began(attempt.number);
    void attempt.migrating.then(() => this.timeline.sawMigrating(attempt.number));
  }

  /** What becomes of a call of one of its attempts. */
  async handle(exchange: Exchange): Promise<void> {
    const { attempt, write } = exchange;
    if (attempt.passage === 'cut') return exchange.drop();
    if (attempt.passage === 'held') await attempt.thawed;
    if (write === undefined) return this.#read(exchange);
    const event = this.timeline.write(attempt.number, write);
    for (const tell of this.#waiting.splice(0)) tell();
    if (this.doomed === attempt) return this.#die(exchange, event);
    const fault = attempt.isZombie ? undefined : this.#faultAt(event);
    if (fault !== undefined) return this.#strike(fault, exchange, event);
    if (await this.isTroubled(exchange, event)) return;
    exchange.answer(await this.forward(exchange, event));
  }

  async forward(exchange: Exchange, event: WriteEvent) {
    try {
      const answer = await exchange.forward();
      event.outcome = answer.statusCode < 400 ? 'done' : 'refused';
      return answer;
    } catch (error) {
      event.outcome = 'unknown';
      throw error;
    }
  }

  async writesOfNext(attempt: number, count: number): Promise<void> {
    const made = () => this.timeline.writes().filter((write) => write.attempt > attempt).length;
    while (made() < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async thawAll(): Promise<void> {
    const frozen = this.attempts.filter(({ passage }) => passage === 'held');
    for (const { number } of frozen) this.timeline.note(number, 'thawed');
    await Promise.all(frozen.map((attempt) => attempt.thaw()));
  }

  /** Answers when no fault is under way any more. */
  async settled(): Promise<void> {
    for (const tell of this.#waiting.splice(0)) tell();
    await this.#underWay;
  }

  /** Ends what may be left of its attempts. */
  end(): void {
    for (const attempt of this.attempts) attempt.end();
  }

  async #read(exchange: Exchange): Promise<void> {
    if (!(await this.isTroubled(exchange, undefined))) exchange.relay();
  }

  async isTroubled(exchange: Exchange, event: WriteEvent | undefined): Promise<boolean> {
    const { trouble } = this;
    if (trouble === undefined || trouble.callsLeft <= 0 || event?.type === 'outside') return false;
    trouble.callsLeft -= 1;
    if (trouble.kind === 'late') {
      await delay(lateMs);
      return false;
    }
    if (event !== undefined) event.outcome = 'refused';
    exchange.answer(refusal(refusedWith[trouble.callsLeft % refusedWith.length]!));
    return true;
  }

  /** [watch-1]. */
  #faultAt({ type, ordinal }: WriteEvent): Fault | undefined {
    const next = this.#pending[0];
    if (this.#underWay !== undefined || next === undefined) return undefined;
    if (next.type !== type || ordinal < next.ordinal) return undefined;
    return this.#pending.shift();
  }

  async #strike(fault: Fault, exchange: Exchange, event: WriteEvent): Promise<void> {
    const { attempt } = exchange;
    // A cold handoff waits for every container before it.
    void this.thawAll();
    const strike = strikes[fault.kind](this.#scene, fault, exchange, event);
    const settled = strike.settled.catch((error: unknown) => {
      this.timeline.note(attempt.number, `the fault could not be carried out: ${String(error)}`);
    });
    this.#underWay = settled.finally(() => {
      this.#underWay = undefined;
    });
    await strike.answered;
  }

  #die(exchange: Exchange, event: WriteEvent): void {
    const { attempt } = exchange;
    this.doomed = undefined;
    attempt.freeze('cut');
    event.outcome = 'stopped';
    exchange.drop();
    this.timeline.note(attempt.number, 'its server was taken away');
    this.#underWay = this.#scene.migrate('lost').then(() => {
      this.#underWay = undefined;
    });
  }
}
