import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { UpgradeHandler } from '../../engine.ts';
import { NodeLink } from './node-link.ts';

const path = /^\/wherry\/v1\/nodes\/([a-z0-9]+)(?:\/(streams|refusals)\/([A-Za-z0-9]+))?$/;

/**
 * The links with the agents of all nodes. A node may have two agents for a while, when it was drained and is open again:
 * the first stays for the containers that are left [agent-2], and the newest link is used.
 */
export class NodeLinks implements UpgradeHandler {
  readonly #token: Buffer;
  readonly #links = new Map<string, NodeLink[]>();
  readonly #onChange: (nodeId: string) => void;
  #isClosed = false;

  constructor(token: string, onChange: (nodeId: string) => void) {
    this.#token = Buffer.from(`Bearer ${token}`);
    this.#onChange = onChange;
  }

  of(nodeId: string): NodeLink | undefined {
    return this.#links.get(nodeId)?.at(-1);
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const [, nodeId, kind, streamId] = path.exec(request.url ?? '') ?? [];
    if (nodeId === undefined) return false;
    // When a node ends, its connections break; their users notice that they are closed.
    socket.on('error', () => socket.destroy());
    if (this.#isClosed || !this.#isAgent(request)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return true;
    }
    (socket as Socket).setNoDelay(true);
    (socket as Socket).setTimeout(0);
    if (head.length > 0) socket.unshift(head);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: wherry-node\r\n\r\n');
    if (streamId === undefined) this.#link(nodeId, socket);
    else if (kind === 'refusals') this.#refuse(nodeId, streamId, socket);
    else this.#takeStream(nodeId, streamId, socket);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const link of [...this.#links.values()].flat()) link.close();
  }

  #link(nodeId: string, socket: Duplex): void {
    const links = this.#links.get(nodeId) ?? [];
    this.#links.set(nodeId, links);
    const link: NodeLink = new NodeLink(nodeId, socket, () => {
      links.splice(links.indexOf(link), 1);
      if (!this.#isClosed) this.#onChange(nodeId);
    });
    links.push(link);
    this.#onChange(nodeId);
  }

  #takeStream(nodeId: string, streamId: string, socket: Duplex): void {
    const isTaken = this.#links.get(nodeId)?.some((link) => link.take(streamId, socket)) ?? false;
    if (!isTaken) socket.destroy();
  }

  #refuse(nodeId: string, streamId: string, socket: Duplex): void {
    for (const link of this.#links.get(nodeId) ?? []) link.refuse(streamId);
    socket.end();
  }

  #isAgent(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? '');
    return given.length === this.#token.length && timingSafeEqual(given, this.#token);
  }
}
