/** How each kind of fault is carried out, at a write that has just come in. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptTraffic } from './attempt-traffic.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { Timeline, WriteEvent } from './timeline.ts';

/** Calls that are answered with an error, or late, from some write on. */
export interface Trouble {
  readonly kind: 'refused' | 'late';
  callsLeft: number;
}

/** The run that a strike is made on. */
export interface WatchedRun {
  readonly timeline: Timeline;
  trouble: Trouble | undefined;
  /** The attempt dies at its next write, if it comes to one. */
  doomed: AttemptTraffic | undefined;

  /** Makes the call and notes how it came out. */
  forward(exchange: Exchange, event: WriteEvent): Promise<Answer>;

  /** Resolves when an attempt after this one has made so many writes. */
  writesOfNext(attempt: number, count: number): Promise<void>;

  /** Resolves when no frozen attempt is left. */
  thawAll(): Promise<void>;

  /** Whether the call is dealt with by the trouble that is on. */
  isTroubled(exchange: Exchange, event: WriteEvent | undefined): Promise<boolean>;
}

/** What a strike may use. */
export interface Scene {
  readonly watch: WatchedRun;
  readonly runId: string;
  migrate(mode: 'warm' | 'cold' | 'lost'): Promise<'moved' | 'over' | 'refused'>;
  spare(attempt: AttemptTraffic): void;
  /** `kill -9`, and a new start. */
  restartPlatform(): Promise<void>;
}

/** `answered`: the write is dealt with; `settled`: the fault is over. */
interface Strike {
  readonly answered: Promise<void>;
  readonly settled: Promise<void>;
}

type Carrying = (scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent) => Strike;

/** So long a write is held for `migrating`, when the attempt has no websocket that it could come through. */
const migratingWaitMs = 3000;
/**
 * What an event takes to be heard, where nothing else shows it. Less than the SDK waits before it reboots: an answer that
 * is held for longer than the whole drain takes is no planned handoff any more, but a network that is down.
 */
const hearMs = 10;
/** A client that reconnects its events websocket has this long. */
const reconnectMs = 1000;
const troubledCalls = { refused: 2, late: 5 };
/** A thawed attempt comes upon its fence when the next one has got going. */
const writesBeforeThaw = 2;

export const strikes: Readonly<Record<FaultKind, Carrying>> = {
  warm: planned('warm'),
  cold: planned('cold'),
  kill,
  frozen,
  'lost-answer': lostAnswer,
  'sent-twice': sentTwice,
  deaf,
  'platform-kill': killPlatform,
  burst: troubled('refused'),
  slow: troubled('late'),
};

const both = (done: Promise<void>): Strike => ({ answered: done, settled: done });

/** The write is on its way, or its answer is, while the attempt hears that it is moved. */
function planned(mode: 'warm' | 'cold'): Carrying {
  return (scene, fault, exchange, event) => {
    const { attempt } = exchange;
    const moved = Promise.withResolvers<void>();
    const answer = async () => {
      const made = fault.side === 'after' ? await scene.watch.forward(exchange, event) : undefined;
      scene.watch.timeline.fault(attempt.number, fault);
      scene.migrate(mode).then((outcome) => {
        if (outcome !== 'moved')
          scene.watch.timeline.note(attempt.number, `the handoff did not come about: ${outcome}`);
        moved.resolve();
      }, moved.reject);
      await Promise.race([heard(attempt), moved.promise, unheard(scene, attempt)]);
      exchange.answer(made ?? (await scene.watch.forward(exchange, event)));
    };
    return { answered: answer(), settled: moved.promise };
  };
}

/** `migrating` has reached the attempt: it makes a call upon it, or has had the time that an event takes. */
async function heard(attempt: AttemptTraffic): Promise<void> {
  await attempt.migrating;
  await Promise.race([attempt.nextCall, delay(hearMs)]);
}

/** An attempt without a websocket is told nothing; it is replaced once the next one is there. */
async function unheard(scene: Scene, attempt: AttemptTraffic): Promise<void> {
  if (attempt.sockets.size > 0) return new Promise(() => undefined);
  await Promise.race([delay(migratingWaitMs), scene.watch.writesOfNext(attempt.number, 1)]);
}

/** The server is lost, and the process with it. */
function kill(scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent): Strike {
  const { attempt } = exchange;
  const die = async () => {
    if (fault.side === 'after') await scene.watch.forward(exchange, event).catch(() => undefined);
    else event.outcome = 'stopped';
    attempt.freeze('cut');
    scene.watch.timeline.fault(attempt.number, fault);
    exchange.drop();
  };
  const answered = die();
  return { answered, settled: answered.then(() => scene.migrate('lost')).then(() => undefined) };
}

/** The server is cut off: its process goes on later, when the run has gone on without it. */
function frozen(scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent): Strike {
  const { attempt } = exchange;
  const freeze = async () => {
    const made = fault.side === 'after' ? await scene.watch.forward(exchange, event) : undefined;
    scene.spare(attempt);
    attempt.freeze('held');
    scene.watch.timeline.fault(attempt.number, fault);
    return made;
  };
  const stopped = freeze();
  const answer = async () => {
    const made = await stopped;
    await attempt.thawed;
    exchange.answer(made ?? (await scene.watch.forward(exchange, event)));
  };
  const replace = async () => {
    await stopped;
    await scene.migrate('lost');
    void scene.watch.writesOfNext(attempt.number, writesBeforeThaw).then(() => scene.watch.thawAll());
  };
  return { answered: answer(), settled: replace() };
}

function lostAnswer(scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent): Strike {
  const lose = async () => {
    await scene.watch.forward(exchange, event);
    scene.watch.timeline.fault(exchange.attempt.number, fault);
    exchange.drop();
  };
  return both(lose());
}

/** As a client does that did not hear the first answer; it hears the second one. */
function sentTwice(scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent): Strike {
  const repeat = async () => {
    const first = await scene.watch.forward(exchange, event);
    scene.watch.timeline.fault(exchange.attempt.number, fault);
    const second = await exchange.forward();
    exchange.answer(second.statusCode < 400 ? second : first);
  };
  return both(repeat());
}

/**
 * The events websocket is dropped, then the run is moved. Who reconnects hears of it, and is moved as planned. Who does
 * not works on, and is gone at its next write: the grace is over before it knows that there was one.
 */
function deaf(scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent): Strike {
  const { attempt } = exchange;
  const settled = Promise.withResolvers<void>();
  const answer = async () => {
    const made = fault.side === 'after' ? await scene.watch.forward(exchange, event) : undefined;
    scene.watch.timeline.fault(attempt.number, fault);
    const reconnected = attempt.dropSockets().then(() => true);
    const hears = await Promise.race([reconnected, delay(reconnectMs, false)]);
    if (hears) {
      scene.migrate('warm').then(() => settled.resolve(), settled.reject);
      await Promise.race([heard(attempt), settled.promise]);
    } else {
      scene.watch.doomed = attempt;
      settled.resolve();
    }
    exchange.answer(made ?? (await scene.watch.forward(exchange, event)));
  };
  return { answered: answer(), settled: settled.promise };
}

function killPlatform(scene: Scene, fault: Fault, exchange: Exchange, event: WriteEvent): Strike {
  const die = async () => {
    if (fault.side === 'after') await scene.watch.forward(exchange, event).catch(() => undefined);
    else event.outcome = 'stopped';
    scene.watch.timeline.fault(exchange.attempt.number, fault);
    exchange.drop();
    await scene.restartPlatform();
  };
  return both(die());
}

/** From this write on some calls are refused without effect, or late. */
function troubled(kind: 'refused' | 'late'): Carrying {
  return (scene, fault, exchange, event) => {
    const begin = async () => {
      scene.watch.timeline.fault(exchange.attempt.number, fault);
      scene.watch.trouble = { kind, callsLeft: troubledCalls[kind] };
      if (!(await scene.watch.isTroubled(exchange, event))) {
        exchange.answer(await scene.watch.forward(exchange, event));
      }
    };
    return both(begin());
  };
}
