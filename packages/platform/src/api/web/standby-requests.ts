import type { IncomingMessage } from 'node:http';
import type { Database } from '../../database/database.ts';
import type { Caller } from '../../database/operation.ts';
import type { Gate } from '../../runs/handoff/attempt-gate.ts';
import type { WebGate } from '../../runs/handoff/web-gate.ts';
import { prepareStart } from '../../runs/operations/run-creation.ts';
import { Refusal } from '../../shared/errors.ts';
import type { WebAddress } from '../../shared/web-addresses.ts';
import { answersProbe } from '../../standby/readiness-probe.ts';
import { findStandbyActor, type StandbyActor } from '../../standby/standby-actor.ts';
import type { StandbyPlace, StandbyPools } from '../../standby/standby-pool.ts';
import type { Authenticator } from '../authentication.ts';
import type { ConnectionUser } from '../metered-calls.ts';
import type { Forwarding } from './forward.ts';
import type { RequestTokens } from './request-tokens.ts';

export interface StandbyRequestParts {
  readonly authenticator: Authenticator;
  readonly database: Database;
  /** What the calls of attempts pass. */
  readonly gate: Gate;
  readonly web: WebGate;
  readonly pools: StandbyPools;
  readonly tokens: RequestTokens;
}

interface StandbyRequest {
  readonly address: WebAddress;
  /** As in `WebSubject`. */
  readonly actor: string;
  readonly signal: AbortSignal;
}

/** Until the first byte of a response: Apify's own value. */
const firstByteMs = 300_000;
/** A run may end just after it was chosen. */
const maxRuns = 3;

/** Requests to Actors in Standby mode: who may make them, and what becomes of what a run refuses. */
export class StandbyRequests {
  readonly #parts: StandbyRequestParts;

  constructor(parts: StandbyRequestParts) {
    this.#parts = parts;
  }

  /**
   * @param send sends the request over what `open` resolves with
   * @throws Refusal Apify's error types
   */
  async serve(
    request: IncomingMessage,
    { address, actor, signal }: StandbyRequest,
    send: (open: () => Promise<Forwarding>) => Promise<void>,
  ): Promise<void> {
    const caller = await this.#callerOf(request, address);
    const passage = caller.kind === 'attempt' ? this.#parts.gate.enter(caller, { effect: 'givesResults' }) : undefined;
    try {
      await passage?.admitted;
      const found = await this.#find(caller, actor);
      await this.#sendToRun(request, { address, actor: found, signal, user: caller }, send);
    } finally {
      passage?.leave(true);
    }
  }

  async #callerOf(request: IncomingMessage, address: WebAddress): Promise<Exclude<Caller, { kind: 'platform' }>> {
    const { authenticator, tokens } = this.#parts;
    try {
      const token = await tokens.find(request, address);
      return (await authenticator.identityOf(token, request.socket.remoteAddress ?? '')).caller;
    } catch (error) {
      if (!(error instanceof Refusal) || error.statusCode !== 401) throw error;
      throw new Refusal(401, 'user-not-authenticated', error.message);
    }
  }

  /** [permission-1], [token-2] an attempt, and a token with limits, need what they need to start a run of the Actor. */
  async #find(caller: Exclude<Caller, { kind: 'platform' }>, actor: string): Promise<StandbyActor> {
    const { database } = this.#parts;
    const { userId } = caller;
    const found = await database.read(findStandbyActor, { userId, actor }, caller);
    if (caller.kind === 'attempt' || (caller.kind === 'user' && caller.limits !== undefined)) {
      const start = { userId, actor: found.actorId, build: found.settings.build };
      await database.read(prepareStart, start, caller);
    }
    return found;
  }

  async #sendToRun(
    request: IncomingMessage,
    {
      address,
      actor,
      signal,
      user,
    }: Omit<StandbyRequest, 'actor'> & { readonly actor: StandbyActor; readonly user: ConnectionUser },
    send: (open: () => Promise<Forwarding>) => Promise<void>,
  ): Promise<void> {
    for (let runs = 1; ; runs += 1) {
      const place = await this.#parts.pools.take(actor, signal);
      try {
        const allowed = await this.#allowedTo(place, request, address);
        const open = async () => ({
          address: allowed,
          passage: await this.#enter(place, signal),
          user,
          firstByteMs,
        });
        return await send(open);
      } catch (error) {
        if (!(error instanceof RunGone) || runs === maxRuns) throw standbyError(error);
      } finally {
        place.release();
      }
    }
  }

  /** [web-token-1] A run with limited permissions gets no token that may do more; one with full ones gets it, as on Apify. */
  #allowedTo(place: StandbyPlace, request: IncomingMessage, address: WebAddress): Promise<WebAddress> | WebAddress {
    return place.permissionLevel === 'FULL_PERMISSIONS' ? address : this.#parts.tokens.strip(request, address);
  }

  async #enter({ runId }: StandbyPlace, signal: AbortSignal) {
    try {
      return await this.#parts.web.enter({ runId, signal, probe: answersProbe });
    } catch (error) {
      if (error instanceof Refusal && error.type === 'run-not-running') throw new RunGone();
      throw error;
    }
  }
}

/** The run ended before the request was sent, so another one may take it. */
class RunGone extends Refusal {
  constructor() {
    super(503, 'standby-run-finished', 'The run ended before it took the request. Send it again.');
  }
}

const types: Readonly<Record<string, string>> = {
  'web-server-not-ready': 'standby-run-not-ready',
  'web-server-failed': 'standby-bad-gateway',
  'web-server-timeout': 'standby-run-timeout',
};

/** The same refusal with Apify's type. */
function standbyError(error: unknown): unknown {
  const type = error instanceof Refusal ? types[error.type] : undefined;
  return type === undefined ? error : new Refusal((error as Refusal).statusCode, type, (error as Refusal).message);
}
