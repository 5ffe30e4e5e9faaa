/**
 * Keeps the stock SDK's events websocket connected, which it opens once and never again (apify-sdk-js#642): after one
 * drop, `migrating` and `aborting` never arrive.
 *
 * [reconnect-1] one connection at a time, made by the SDK's own code, so no event is emitted twice.
 * [reconnect-2] after a drop it is made again, with a back-off, until it stands.
 * [reconnect-3] not after the manager's `close()`, nor when the platform says that the run is over.
 */

import { createRequire } from 'node:module';
import { backOffMs } from './http/http-client.ts';

/** What is used of `PlatformEventManager` of `apify`; its types call the last two private. */
interface PlatformEvents {
  initialized: boolean;
  readonly config: { get(name: 'actorEventsWsUrl'): string | undefined };
  eventsWs?: EventsSocket | undefined;
  createWebSocketConnection(url: string): void;
}

/** What is used of a `ws` websocket. */
interface EventsSocket {
  readonly readyState: number;
  once(event: 'open', listener: () => void): unknown;
  once(event: 'close', listener: (code: number) => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  ping(): void;
  terminate(): void;
}

/** The platform's own reasons to close: the run is over, or is none that it knows. */
const finalCodes = [1000, 1008];
/** A connection that answers no ping for so long is gone, though nobody has said so. */
const heartbeatMs = 15_000;
/** Of a websocket's `readyState`. */
const openState = 1;

const kept = new WeakSet<object>();

/**
 * May be called before or after `Actor.init()`, and several times.
 * @param manager of `apify`; where it is none that has a websocket, such as locally, there is nothing to do
 */
export function keepEventsConnected(manager: object): void {
  if (!isPlatformEvents(manager) || kept.has(manager)) return;
  kept.add(manager);
  const connection = new KeptConnection(manager);
  const connect = manager.createWebSocketConnection.bind(manager);
  manager.createWebSocketConnection = (url) => {
    connect(url);
    connection.watch(manager.eventsWs);
  };
  connection.watch(manager.eventsWs);
}

/** As `keepEventsConnected`, for the event manager that the SDK uses. */
export async function keepActorEventsConnected(): Promise<void> {
  const { Configuration } = await import('apify');
  keepEventsConnected(Configuration.getEventManager());
}

const isPlatformEvents = (manager: object): manager is PlatformEvents =>
  typeof (manager as Partial<PlatformEvents>).createWebSocketConnection === 'function';

class KeptConnection {
  readonly #events: PlatformEvents;
  #failures = 0;

  constructor(events: PlatformEvents) {
    this.#events = events;
  }

  watch(socket: EventsSocket | undefined): void {
    if (socket === undefined) return;
    const stopHeartbeat = keepAlive(socket);
    socket.once('open', () => {
      this.#failures = 0;
    });
    socket.once('close', (code) => {
      stopHeartbeat();
      // [reconnect-3].
      if (this.#events.initialized && !finalCodes.includes(code)) this.#connectLater();
    });
  }

  /** [reconnect-2]. */
  #connectLater(): void {
    const connect = () => {
      const url = this.#events.config.get('actorEventsWsUrl');
      // [reconnect-1] somebody else may have connected it meanwhile, as `close()` and `init()` do.
      if (!this.#events.initialized || this.#events.eventsWs !== undefined || !url) return;
      this.#events.createWebSocketConnection(url);
    };
    // Nobody's program is kept from its end by it.
    setTimeout(connect, backOffMs(this.#failures)).unref();
    this.#failures += 1;
  }
}

/** Ends a connection that does not answer. Answers how to stop that. */
function keepAlive(socket: EventsSocket): () => void {
  let isAnswered = true;
  socket.on('pong', () => {
    isAnswered = true;
  });
  const timer = setInterval(() => {
    if (!isAnswered) return socket.terminate();
    isAnswered = socket.readyState !== openState;
    if (!isAnswered) socket.ping();
  }, heartbeatMs).unref();
  return () => clearInterval(timer);
}

/** The SDK's `persistState`: each minute, and before the process moves or ends by `Actor.exit()`. */
type Listener = () => Promise<void>;

const listeners = new Set<Listener>();
let isListening = false;

/** Calls `listener` at each event from now on; where the SDK is not in use, never. Answers what ends it. */
export function onPersistState(listener: Listener): () => void {
  listeners.add(listener);
  if (!isListening && isSdkLoaded()) {
    isListening = true;
    listen().catch(() => undefined);
  }
  return () => void listeners.delete(listener);
}

/** To load it takes a second, during which a program that has no use for it would stand still. */
const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => /[/\\]apify[/\\]dist[/\\]actor\.js$/.test(file));

/** The SDK waits for what its listeners answer. */
async function listen(): Promise<void> {
  const { Actor } = await import('apify');
  Actor.on('persistState', () => Promise.all([...listeners].map((each) => each())));
}
