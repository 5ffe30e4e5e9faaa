import { ApiError, fetchApi } from '../api/client.ts';

const logPath = (id: string): string => `/v2/logs/${id}`;
export const logDownloadPath = (id: string): string => `${logPath(id)}?download=1`;

/** `lost`: the platform does not respond, and is asked again. `complete`: nothing more comes. */
export type LogState = 'loading' | 'live' | 'lost' | 'complete';

interface LogFollower {
  /** How much of the log its reader has already, from a time when it was followed before. */
  readonly knownBytes: number;
  /** @param bytes how many of the log's are in the text */
  readonly onText: (text: string, bytes: number) => void;
  readonly onState: (state: LogState) => void;
  /** What cannot be repaired by trying again. */
  readonly onFailure: (error: unknown) => void;
  /** Asked when the platform has sent all that there is: whether more may come. */
  readonly isOver: () => boolean;
  readonly signal: AbortSignal;
}

const retryMs = { first: 1000, most: 8000 } as const;
/** Until a run that has just ended is known to have. */
const endMs = 1500;

/**
 * Reads a log, and what is added to it, until it is complete.
 *
 * [log-follow-1] a log only grows, so after a lost connection, or when it is followed anew, it is read from its beginning, and as
 *     many bytes as are known are left out: no line comes twice.
 */
export async function followLog(
  id: string,
  { knownBytes: hadBytes, onText, onState, onFailure, isOver, signal }: LogFollower,
): Promise<void> {
  let knownBytes = hadBytes;
  let waitMs: number = retryMs.first;
  const decoder = new TextDecoder();
  while (!signal.aborted) {
    try {
      const response = await fetchApi(`${logPath(id)}?stream=1&raw=1`, { signal });
      onState('live');
      waitMs = retryMs.first;
      const reader = response.body!.getReader();
      for (let skipBytes = knownBytes; ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        const added = value.subarray(Math.min(skipBytes, value.length));
        skipBytes -= value.length - added.length;
        knownBytes += added.length;
        if (added.length > 0) onText(decoder.decode(added, { stream: true }), added.length);
      }
      if (isOver()) return onState('complete');
      await waitFor(endMs, signal);
      if (isOver()) return onState('complete');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) return onFailure(error);
      onState('lost');
      await waitFor(waitMs, signal);
      waitMs = Math.min(retryMs.most, waitMs * 2);
    }
  }
}

const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
