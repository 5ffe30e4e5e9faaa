/** How each kind of fault is injected, at a write that the attempt has just sent. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptTraffic } from '../proxy/attempt-traffic.ts';
import type { Exchange, HttpResponse } from '../proxy/exchange.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { Timeline, WriteEvent } from './timeline.ts';

export type HandoffMode = 'warm' | 'cold' | 'lost';

/**
 * `moved`: the run continues in another attempt; `over`: it had ended before; `refused`: the platform refused to move
 * it.
 */
export type MigrationResult = 'moved' | 'over' | 'refused';

/** What the prover can do to a run through its private platform. */
export interface RunControls {
  migrate(mode: HandoffMode): Promise<MigrationResult>;
  /** From now on the platform cannot kill this attempt, as if its server could not be reached. */
  protect(attempt: AttemptTraffic): void;
  /** Kills the platform with SIGKILL and starts it again. */
  restartPlatform(): Promise<void>;
}

/** From some write on, the platform's API refuses the next calls (`refusing`) or delays them (`slow`). */
export interface DegradedMode {
  readonly kind: 'refusing' | 'slow';
  callsLeft: number;
}

/** What a fault injector may use of the run. */
export interface FaultContext extends RunControls {
  readonly timeline: Timeline;
  /** Forwards the call and notes in the event how it ended. */
  forward(exchange: Exchange, event: WriteEvent): Promise<HttpResponse>;
  /** Resolves when attempts after this one have made `count` writes. */
  writesAfter(attempt: number, count: number): Promise<void>;
  /** Resolves when no attempt is frozen. */
  thawAll(): Promise<void>;
  /** The attempt's server is lost at the attempt's next write, if there is one. */
  loseAtNextWrite(attempt: AttemptTraffic): void;
  enterDegradedMode(mode: DegradedMode): void;
  /** Applies the degraded mode to a call. Resolves with true when the call has been responded to. */
  applyDegradedMode(exchange: Exchange, event: WriteEvent | undefined): Promise<boolean>;
}

/** `responded`: the write has its response, or its connection has ended; `settled`: the fault is over. */
interface Injection {
  readonly responded: Promise<void>;
  readonly settled: Promise<void>;
}

type FaultInjector = (context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent) => Injection;

/** How long a write waits for `migrating` when the attempt has no websocket that could receive it. */
const migratingWaitMs = 3000;
/**
 * How long an attempt has to process an event, if it makes no call upon it. This is shorter than the time that the SDK
 * waits before it reboots: a response that is held for the whole drain is not a planned handoff, but a network failure.
 */
const eventMs = 10;
/** How long a client has to reconnect its events websocket. */
const reconnectMs = 1000;
const degradedCalls: Readonly<Record<DegradedMode['kind'], number>> = { refusing: 2, slow: 5 };
/** A frozen attempt is thawed when the next one has made this many writes. It then finds that it is fenced. */
const writesBeforeThaw = 2;

export const faultInjectors: Readonly<Record<FaultKind, FaultInjector>> = {
  warm: planned('warm'),
  cold: planned('cold'),
  kill,
  frozen,
  'lost-answer': loseResponse,
  'sent-twice': sendTwice,
  deaf,
  'platform-kill': killPlatform,
  burst: degraded('refusing'),
  slow: degraded('slow'),
};

/** The injection of a fault that is over when the write has been responded to. */
const injectionUntil = (done: Promise<void>): Injection => ({ responded: done, settled: done });

/** The attempt receives `migrating` while the write, or its response, is on its way. */
function planned(mode: 'warm' | 'cold'): FaultInjector {
  return (context, fault, exchange, event) => {
    const { attempt } = exchange;
    const moved = Promise.withResolvers<void>();
    const respond = async () => {
      const response = fault.side === 'after' ? await context.forward(exchange, event) : undefined;
      context.timeline.fault(attempt.number, fault);
      context.migrate(mode).then((result) => {
        if (result !== 'moved') context.timeline.note(attempt.number, `the handoff did not happen: ${result}`);
        moved.resolve();
      }, moved.reject);
      await Promise.race([migratingReceived(attempt), moved.promise, replacedWithoutWebsocket(context, attempt)]);
      exchange.respond(response ?? (await context.forward(exchange, event)));
    };
    return { responded: respond(), settled: moved.promise };
  };
}

/**
 * Resolves when `migrating` was sent and the attempt has made a call since, or has had the time to process the event.
 */
async function migratingReceived(attempt: AttemptTraffic): Promise<void> {
  await attempt.migrating;
  await Promise.race([attempt.nextCall, delay(eventMs)]);
}

/** An attempt without a websocket receives no event. It is replaced when the next attempt is active. */
async function replacedWithoutWebsocket(context: FaultContext, attempt: AttemptTraffic): Promise<void> {
  if (attempt.sockets.size > 0) return new Promise(() => undefined);
  await Promise.race([delay(migratingWaitMs), context.writesAfter(attempt.number, 1)]);
}

/** The server is lost, and the process with it. */
function kill(context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent): Injection {
  const { attempt } = exchange;
  const die = async () => {
    if (fault.side === 'after') await context.forward(exchange, event).catch(() => undefined);
    else event.outcome = 'stopped';
    attempt.freeze('drop');
    context.timeline.fault(attempt.number, fault);
    exchange.drop();
  };
  const responded = die();
  return { responded, settled: responded.then(() => context.migrate('lost')).then(() => undefined) };
}

/** The server is disconnected: its process continues later, when the run has continued without it. */
function frozen(context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent): Injection {
  const { attempt } = exchange;
  const freeze = async () => {
    const response = fault.side === 'after' ? await context.forward(exchange, event) : undefined;
    context.protect(attempt);
    attempt.freeze('hold');
    context.timeline.fault(attempt.number, fault);
    return response;
  };
  const stopped = freeze();
  const respond = async () => {
    const response = await stopped;
    await attempt.thawed;
    exchange.respond(response ?? (await context.forward(exchange, event)));
  };
  const replace = async () => {
    await stopped;
    await context.migrate('lost');
    void context.writesAfter(attempt.number, writesBeforeThaw).then(() => context.thawAll());
  };
  return { responded: respond(), settled: replace() };
}

function loseResponse(context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent): Injection {
  const lose = async () => {
    await context.forward(exchange, event);
    context.timeline.fault(exchange.attempt.number, fault);
    exchange.drop();
  };
  return injectionUntil(lose());
}

/** As a client does that did not receive the first response. It receives the second one. */
function sendTwice(context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent): Injection {
  const repeat = async () => {
    const first = await context.forward(exchange, event);
    context.timeline.fault(exchange.attempt.number, fault);
    const second = await exchange.forward();
    exchange.respond(second.statusCode < 400 ? second : first);
  };
  return injectionUntil(repeat());
}

/**
 * The events websocket is dropped, then the run is moved. A client that reconnects receives `migrating` and is moved as
 * planned. One that does not continues to work until its next write, at which its server is lost: its grace has ended
 * before it knew of it.
 */
function deaf(context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent): Injection {
  const { attempt } = exchange;
  const settled = Promise.withResolvers<void>();
  const respond = async () => {
    const response = fault.side === 'after' ? await context.forward(exchange, event) : undefined;
    context.timeline.fault(attempt.number, fault);
    const reconnected = attempt.dropSockets().then(() => true);
    const isConnected = await Promise.race([reconnected, delay(reconnectMs, false)]);
    if (isConnected) {
      context.migrate('warm').then(() => settled.resolve(), settled.reject);
      await Promise.race([migratingReceived(attempt), settled.promise]);
    } else {
      context.loseAtNextWrite(attempt);
      settled.resolve();
    }
    exchange.respond(response ?? (await context.forward(exchange, event)));
  };
  return { responded: respond(), settled: settled.promise };
}

function killPlatform(context: FaultContext, fault: Fault, exchange: Exchange, event: WriteEvent): Injection {
  const die = async () => {
    if (fault.side === 'after') await context.forward(exchange, event).catch(() => undefined);
    else event.outcome = 'stopped';
    context.timeline.fault(exchange.attempt.number, fault);
    exchange.drop();
    await context.restartPlatform();
  };
  return injectionUntil(die());
}

/** From this write on, some calls are refused without effect, or delayed. */
function degraded(kind: DegradedMode['kind']): FaultInjector {
  return (context, fault, exchange, event) => {
    const begin = async () => {
      context.timeline.fault(exchange.attempt.number, fault);
      context.enterDegradedMode({ kind, callsLeft: degradedCalls[kind] });
      if (!(await context.applyDegradedMode(exchange, event))) {
        exchange.respond(await context.forward(exchange, event));
      }
    };
    return injectionUntil(begin());
  };
}
