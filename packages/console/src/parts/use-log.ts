import { useEffect, useMemo, useRef, useState } from 'react';
import { LogBuffer } from '../model/log-buffer.ts';
import { followLog, type LogState } from '../services/logs.ts';

/** How often what has arrived is shown. */
const showEveryMs = 120;

export interface FollowedLog {
  readonly buffer: LogBuffer;
  /** How many lines there are. */
  readonly length: number;
  readonly state: LogState;
  readonly error: unknown;
  readonly retry: () => void;
}

/** A log with what is added to it, for as long as it is shown. */
export function useLog(id: string, isOver: boolean): FollowedLog {
  const [attempt, setAttempt] = useState(0);
  // Each attempt to read a log has a buffer of its own.
  const buffer = useMemo(() => new LogBuffer(), [id, attempt]);
  const [length, setLength] = useState(0);
  const [state, setState] = useState<LogState>('loading');
  const [error, setError] = useState<unknown>();
  const isOverNow = useRef(isOver);
  isOverNow.current = isOver;
  // A run that was resurrected writes to its log again.
  const isFollowed = state !== 'complete' || isOver;
  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      setLength(buffer.length);
    };
    setError(undefined);
    void followLog(id, {
      knownBytes: buffer.bytes,
      signal: ending.signal,
      isOver: () => isOverNow.current,
      onText: (text, bytes) => {
        buffer.append(text, bytes);
        timer ??= setTimeout(show, showEveryMs);
      },
      onState: (next) => {
        if (next === 'complete') buffer.finish();
        setState(next);
        show();
      },
      onFailure: (failure) => {
        setError(failure);
        show();
      },
    });
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [id, buffer, isFollowed]);
  return { buffer, length: Math.min(length, buffer.length), state, error, retry: () => setAttempt(attempt + 1) };
}
