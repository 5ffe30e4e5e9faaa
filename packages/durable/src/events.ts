/**
 * Keeps the events websocket of the stock SDK connected. The SDK opens it only once (apify-sdk-js#642), so that `migrating`
 * and `aborting` never arrive after the connection was dropped.
 *
 * [reconnect-1] There is at most one connection, made by the SDK's own code, so no event is emitted twice.
 * [reconnect-2] After a drop the connection is made again, with a back-off, until it succeeds.
 * [reconnect-3] It is not made again after the manager's `close()`, or if the platform says that the run has finished.
 */

import { createRequire } from 'node:module';
import { backOffMs } from './http/http-client.ts';

/** The members of `PlatformEventManager` of `apify` that are used here. In its types the last two are private. */
interface PlatformEvents {
  initialized: boolean;
  readonly config: { get(name: 'actorEventsWsUrl'): string | undefined };
  eventsWs?: EventsSocket | undefined;
  createWebSocketConnection(url: string): void;
}

/** The members of a `ws` websocket that are used here. */
interface EventsSocket {
  readonly readyState: number;
  once(event: 'open', listener: () => void): unknown;
  once(event: 'close', listener: (code: number) => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  ping(): void;
  terminate(): void;
}

/** Close codes of the platform: the run has finished, or is unknown. */
const finalCodes = [1000, 1008];
/** A connection without a pong for this long is considered dropped. */
const heartbeatMs = 15_000;
/** The value of `readyState` of an open websocket. */
const openState = 1;

const kept = new WeakSet<object>();

/**
 * Keeps the websocket of an event manager of `apify` connected. It can be called before or after `Actor.init()`, and more
 * than once.
 * @param manager without a websocket, as in local runs, nothing is done
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

/** Like `keepEventsConnected`, for the event manager that the SDK uses. */
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
      // Enforces [reconnect-3].
      if (this.#events.initialized && !finalCodes.includes(code)) this.#connectLater();
    });
  }

  /** Connects again after a back-off [reconnect-2]. */
  #connectLater(): void {
    const connect = () => {
      const url = this.#events.config.get('actorEventsWsUrl');
      // `close()` and `init()` may have made a connection meanwhile [reconnect-1].
      if (!this.#events.initialized || this.#events.eventsWs !== undefined || !url) return;
      this.#events.createWebSocketConnection(url);
    };
    // The timer must not keep the process alive.
    setTimeout(connect, backOffMs(this.#failures)).unref();
    this.#failures += 1;
  }
}

/** Terminates a connection that sends no pongs. Returns a function that stops the check. */
function keepAlive(socket: EventsSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = socket.readyState !== openState;
    if (!isAlive) socket.ping();
  }, heartbeatMs).unref();
  return () => clearInterval(timer);
}

type Listener = () => Promise<void>;

const listeners = new Set<Listener>();
let isListening = false;

/**
 * Calls `listener` at each `persistState` event of the SDK: every minute, and before the process migrates or ends by
 * `Actor.exit()`. Without the SDK it is never called. Returns a function that removes the listener.
 */
export function onPersistState(listener: Listener): () => void {
  listeners.add(listener);
  if (!isListening && isSdkLoaded()) {
    isListening = true;
    listen().catch(() => undefined);
  }
  return () => void listeners.delete(listener);
}

/** The SDK is not loaded for this: that takes a second, which a program that does not use it should not spend. */
export const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => /[/\\]apify[/\\]dist[/\\]actor\.js$/.test(file));

/** The SDK waits for the promises that its listeners return. */
async function listen(): Promise<void> {
  const { Actor } = await import('apify');
  Actor.on('persistState', () => Promise.all([...listeners].map((each) => each())));
}
