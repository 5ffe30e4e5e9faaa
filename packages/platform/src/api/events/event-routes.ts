/**
 * The stream of changes, for the console and for whoever wants to know what happens without asking again and again.
 *
 * [stream-1] a client that reads slowly is disconnected: nothing is kept for it beyond a limit.
 * [stream-2] the stream ends when the token or the session that opened it is no longer valid, and shows what it may read by
 *     now: its role and its limits are looked up again whenever a user or a token changes.
 * [stream-3] it has changes of what its user and its token may read, and no others.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UserCaller } from '../../accounts/token-limits.ts';
import type { Identity } from '../../accounts/tokens.ts';
import type { FeedEvent } from '../../changes/change-feed.ts';
import { mayReadChange } from '../../changes/change-reach.ts';
import type { Clock } from '../../shared/clock.ts';
import { userIdOf } from '../caller.ts';
import type { EventServices } from '../services.ts';
import { EventStream } from './event-stream.ts';

/** How often a comment is sent, and whether the token is still valid is looked up. */
const commentMs = 15_000;

export function registerEventRoutes(app: FastifyInstance, services: EventServices): void {
  app.get(
    '/wherry/v1/events',
    // A HEAD request would wait for the end of the stream.
    { exposeHeadRoute: false, config: { access: 'profile', effect: 'reads', scope: 'read' } },
    async (request, reply) => {
      const stream = await openStream(services, request);
      reply.headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Of nginx: what is sent must not wait for more.
        'x-accel-buffering': 'no',
      });
      return reply.send(stream);
    },
  );
}

async function openStream(services: EventServices, request: FastifyRequest): Promise<EventStream> {
  const { feed } = services;
  const stream = new EventStream();
  const viewer = new Viewer(services, request, stream);
  const after = request.headers['last-event-id'];
  const following = await feed.follow(
    {
      userId: userIdOf(request),
      take: (event) => viewer.take(event),
      end: () => stream.finish(),
    },
    typeof after === 'string' && after !== '' ? after : undefined,
  );
  stream.begin(following.position);
  viewer.start();
  stream.once('close', () => {
    viewer.close();
    following.close();
  });
  return stream;
}

/** Whose stream it is, as far as that is known by now [stream-2]. */
class Viewer {
  readonly #clock: Clock;
  readonly #request: FastifyRequest;
  readonly #stream: EventStream;
  #identity: Identity;
  #cancel: () => void = () => undefined;

  constructor({ clock }: EventServices, request: FastifyRequest, stream: EventStream) {
    this.#clock = clock;
    this.#request = request;
    this.#stream = stream;
    this.#identity = request.identity!;
  }

  take(event: FeedEvent): void {
    if (event.kind === 'change') {
      const { kind } = event.change;
      if (kind === 'user' || kind === 'token') void this.#identify();
      const { caller, role } = this.#identity;
      // [stream-3]
      if (!mayReadChange({ caller: caller as UserCaller, isAdministrator: role === 'administrator' }, event.change))
        return;
    }
    this.#stream.event(event);
  }

  /** Looks at the token again, when it expires at the latest, until the stream ends. */
  start(): void {
    const expiresAt = this.#identity.token?.expiresAt ?? Number.POSITIVE_INFINITY;
    const waitMs = Math.min(commentMs, Math.max(0, expiresAt - this.#clock.now()));
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#stream.comment();
      void this.#identify().then(() => {
        if (!this.#stream.isFinished) this.start();
      });
    });
  }

  close(): void {
    this.#cancel();
  }

  async #identify(): Promise<void> {
    const identity = await this.#request.identifyAgain().catch(() => undefined);
    if (identity?.caller.kind === 'user') this.#identity = identity;
    else this.#stream.finish();
  }
}
