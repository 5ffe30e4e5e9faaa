/** A client of `/wherry/v1/events`. */
import { until } from '../../../test/support/until.ts';
import type { Fixture } from './fixture.ts';

interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly kind?: string; readonly id?: string; readonly runId?: string; readonly actorId?: string };
}

interface EventReader extends AsyncDisposable {
  readonly response: Response;
  /** All that has come. */
  readonly events: readonly StreamedEvent[];
  /** Where a client is that resumes now. */
  lastId(): string;
  hasEnded(): boolean;
  /** Waits for an event that comes, or has come, after the first `from` ones. */
  next(what: string, isIt: (event: StreamedEvent) => boolean, from?: number): Promise<StreamedEvent>;
  /** The kinds and ids of changes that have come, each once. */
  changes(): Set<string>;
}

/** Opens a stream, and resolves once its first bytes are there. */
export async function readEvents(
  { platform }: Pick<Fixture, 'platform'>,
  {
    token = platform.token,
    cookie,
    headers = {},
  }: { token?: string; cookie?: string; headers?: Record<string, string> } = {},
): Promise<EventReader> {
  const stop = new AbortController();
  const response = await fetch(`${platform.url}/wherry/v1/events`, {
    headers: { ...(cookie === undefined ? { authorization: `Bearer ${token}` } : { cookie }), ...headers },
    signal: stop.signal,
  });
  const events: StreamedEvent[] = [];
  let [lastId, hasEnded] = ['', false];
  const read = async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        lastId = fields.id ?? lastId;
        if (fields.data !== undefined) events.push({ id: lastId, event: fields.event!, data: JSON.parse(fields.data) });
      }
    }
  };
  const reading = response.ok
    ? read()
        .catch(() => undefined)
        .finally(() => {
          hasEnded = true;
        })
    : Promise.resolve();
  if (response.ok) await until('the stream has begun', () => lastId !== '');
  return {
    response,
    events,
    lastId: () => lastId,
    hasEnded: () => hasEnded,
    next: (what, isIt, from = 0) => until(`the stream tells ${what}`, () => events.slice(from).find(isIt)),
    changes: () => new Set(events.map(({ data }) => `${data.kind} ${data.id}`)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}
