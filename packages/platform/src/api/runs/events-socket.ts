import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { UpgradeHandler } from '../../engines/engine.ts';
import type { EventHub } from '../../events/event-hub.ts';
import { Refusal } from '../../shared/errors.ts';
import type { Authenticator } from '../authentication.ts';
import { plainResponse } from '../error-responses.ts';
import type { AllowedHosts } from '../host-check.ts';

export interface EventsSocketParts {
  readonly authenticator: Authenticator;
  readonly hosts: AllowedHosts;
  readonly hub: EventHub;
  /** Accepts connections of the engine itself. */
  readonly upgradeHandler?: UpgradeHandler | undefined;
  /** Takes the connections to web servers of runs. Returns false for any other. */
  readonly forward: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /** Whether the platform still accepts connections of this attempt. */
  readonly isAlive: (runId: string, attempt: number) => boolean;
  /** Called when an attempt's socket is open. */
  readonly arrived: (runId: string, attempt: number) => void;
}

const eventsPath = /^\/wherry\/v1\/runs\/([A-Za-z0-9]{17})\/events$/;

/** Accepts the events websocket of each attempt. The token is in the URL, since the SDKs are given only a URL. */
export function acceptEventsSockets(app: FastifyInstance, parts: EventsSocketParts): void {
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (parts.forward(request, socket, head) || parts.upgradeHandler?.accept(request, socket, head)) return;
    accept(parts, request, socket, head).catch((error: unknown) => {
      if (error instanceof Refusal) socket.end(plainResponse(error));
      else socket.destroy();
    });
  });
}

async function accept(parts: EventsSocketParts, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  parts.hosts.check(request.headers.host);
  const url = new URL(request.url ?? '/', 'http://platform');
  const runId = eventsPath.exec(url.pathname)?.[1];
  if (runId === undefined) throw new Refusal(404, 'page-not-found', 'There is no websocket here. Check the URL.');
  const { remoteAddress = '' } = request.socket;
  const token = url.searchParams.get('token') ?? undefined;
  const attempt = await attemptOf(parts, { runId, token, address: remoteAddress });
  parts.hub.accept(request, socket, head, attempt === undefined ? undefined : { runId, attempt });
  if (attempt !== undefined) parts.arrived(runId, attempt);
}

interface SocketCall {
  readonly runId: string;
  readonly token: string | undefined;
  readonly address: string;
}

/**
 * Resolves with undefined when the token belongs to something else, and when the attempt is over.
 * @throws Refusal 429 when too many unknown tokens came from the address
 */
async function attemptOf({ authenticator, isAlive }: EventsSocketParts, { runId, token, address }: SocketCall) {
  try {
    const { caller } = await authenticator.identityOf(token, address);
    if (caller.kind !== 'attempt' || caller.runId !== runId || !isAlive(runId, caller.attempt)) return undefined;
    return caller.attempt;
  } catch (error) {
    if (error instanceof Refusal && error.statusCode !== 429) return undefined;
    throw error;
  }
}
