import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { attemptKey } from '../shared/attempt-key.ts';
import { maxMessageBytes } from './relay-files.ts';

/** The events that Apify's platform sends to an Actor over its websocket. */
export type ActorEvent =
  | { readonly name: 'migrating'; readonly data: { readonly timeRemainingSecs: number } }
  | { readonly name: 'persistState'; readonly data: { readonly isMigrating: boolean; readonly isAborting?: boolean } }
  | { readonly name: 'aborting'; readonly data: Record<string, never> }
  | { readonly name: 'systemInfo'; readonly data: Record<string, unknown> };

/** Close codes as on Apify. */
const unknownRunCode = 1008;
const runEndedCode = 1000;

/** Events that are kept for an attempt that is not connected when they are sent. */
const lasting: readonly string[] = ['migrating', 'aborting'];

const textOf = (event: ActorEvent): string => JSON.stringify({ ...event, createdAt: new Date().toISOString() });

/**
 * The events websockets of attempts, with Apify's events. The folder also has the relay, which holds the websockets while
 * the platform is away. May import from `shared/`; knows nothing of runs but ids and attempt numbers.
 */
export class EventHub {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  readonly #sockets = new Map<string, Set<WebSocket>>();
  /** Events kept for attempts that are not connected; sent to the first websocket that opens. */
  readonly #unheard = new Map<string, ActorEvent[]>();

  /** Accepts a socket for an attempt; `undefined` completes the upgrade and then closes, as Python's SDK needs. */
  accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    attempt: { runId: string; attempt: number } | undefined,
  ): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      if (attempt === undefined) return webSocket.close(unknownRunCode, 'unknown or ended run');
      const key = attemptKey(attempt.runId, attempt.attempt);
      const sockets = this.#sockets.get(key) ?? new Set();
      this.#sockets.set(key, sockets.add(webSocket));
      webSocket.on('close', () => sockets.delete(webSocket));
      for (const event of this.#unheard.get(key) ?? []) webSocket.send(textOf(event));
      this.#unheard.delete(key);
    });
  }

  isConnected(runId: string, attempt: number): boolean {
    return (this.#sockets.get(attemptKey(runId, attempt))?.size ?? 0) > 0;
  }

  send(runId: string, attempt: number, event: ActorEvent): void {
    const key = attemptKey(runId, attempt);
    const sockets = [...(this.#sockets.get(key) ?? [])].filter((socket) => socket.readyState === socket.OPEN);
    for (const socket of sockets) socket.send(textOf(event));
    if (sockets.length > 0 || !lasting.includes(event.name)) return;
    this.#unheard.set(key, [...(this.#unheard.get(key) ?? []), event]);
  }

  retract(runId: string, attempt: number): void {
    this.#unheard.delete(attemptKey(runId, attempt));
  }

  /**
   * Resolves once the attempt's event loop has processed what was sent before: a websocket replies to pings in order, and a
   * program that is busy with the handler of an event replies late. Resolves at once when there is no websocket.
   */
  async roundTrip(runId: string, attempt: number): Promise<void> {
    const [socket] = this.#sockets.get(attemptKey(runId, attempt)) ?? [];
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off('pong', done).off('close', done);
        resolve();
      };
      socket.on('pong', done).on('close', done);
      socket.ping();
    });
  }

  end(runId: string, attempt: number): void {
    const key = attemptKey(runId, attempt);
    for (const socket of this.#sockets.get(key) ?? []) socket.close(runEndedCode);
    this.#sockets.delete(key);
    this.#unheard.delete(key);
  }

  close(): void {
    for (const sockets of this.#sockets.values()) for (const socket of sockets) socket.terminate();
    this.#server.close();
  }
}
