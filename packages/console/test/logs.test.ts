import { expect, onTestFinished, test, vi } from 'vitest';

const origin = 'http://platform.test';

/** The service in a browser whose platform has this log, and has nothing more to add to it. */
async function logsOf(log: string) {
  vi.stubGlobal('location', new URL(origin));
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(path: string, init: RequestInit) {
        super(new URL(path, origin), init);
      }
    },
  );
  vi.stubGlobal('fetch', async () => new Response(log));
  onTestFinished(() => void vi.unstubAllGlobals());
  return import('../src/services/logs.ts');
}

test('[log-follow-1] a reader that has the beginning of a log is given the rest of it', async () => {
  const { followLog } = await logsOf('one\ntwo\nthree\n');
  const follow = async (knownBytes: number) => {
    let text = '';
    await followLog('log', {
      knownBytes,
      onText: (added) => {
        text += added;
      },
      onState: () => undefined,
      onFailure: (error) => expect.fail(String(error)),
      isOver: () => true,
      signal: new AbortController().signal,
    });
    return text;
  };
  expect(await follow(0)).toBe('one\ntwo\nthree\n');
  expect(await follow(8)).toBe('three\n');
  expect(await follow(14)).toBe('');
});
