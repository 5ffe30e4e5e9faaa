import { Readable } from 'node:stream';
import type { FeedEvent } from '../../changes/change-feed.ts';

/** A client that has not read this much yet is disconnected; it resumes where it was. */
const mostUnreadBytes = 256 * 1024;

/** Server-sent events, as the HTML standard describes them. */
export class EventStream extends Readable {
  #isFinished = false;

  override _read(): void {
    // What there is was pushed already.
  }

  /** Where a client resumes that is disconnected before it has received anything, and how soon. */
  begin(position: string): void {
    this.#send(`retry: 2000\nid: ${position}\n\n`);
  }

  event(event: FeedEvent): void {
    this.#send(`id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(dataOf(event))}\n\n`);
  }

  /** Keeps proxies from closing a connection on which nothing happens. */
  comment(): void {
    this.#send(': still here\n\n');
  }

  /** What it has taken is still sent. */
  finish(): void {
    if (this.isFinished) return;
    this.#isFinished = true;
    this.push(null);
  }

  get isFinished(): boolean {
    return this.#isFinished || this.destroyed;
  }

  #send(text: string): void {
    if (this.isFinished) return;
    // [stream-1]
    if (this.readableLength > mostUnreadBytes) this.destroy();
    else this.push(text);
  }
}

function dataOf(event: FeedEvent): object {
  if (event.kind === 'reset') return {};
  const { kind, id, runId, actorId } = event.change;
  return { kind, id, ...(runId !== null && { runId }), ...(actorId !== null && { actorId }) };
}
