import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { describeDrain, downtimeSummary } from '../src/commands/drain.ts';
import { linesOf, logEntryOf } from '../src/platform/follow-log.ts';
import type { Drain } from '../src/platform/wherry-api.ts';
import { durationOf, tableOf } from '../src/terminal/output.ts';

test('a table aligns words left and numbers right, and shows "-" for a missing value', () => {
  expect(
    tableOf(
      ['server', 'runs'],
      [
        ['local-1', 3],
        ['x', null],
      ],
    ),
  ).toBe('server   runs\nlocal-1     3\nx           -');
});

test('durations read as people say them', () => {
  expect([14.2, 999, 2345, 245_000, null].map(durationOf)).toEqual(['14 ms', '999 ms', '2.3 s', '4 min 5 s', '-']);
});

test('the median of an even number of downtimes lies between the middle two; unknown ones do not count', () => {
  expect(downtimeSummary([30, null, 10, 20, 40])).toEqual({ medianMs: 25, worstMs: 40 });
  expect(downtimeSummary([5])).toEqual({ medianMs: 5, worstMs: 5 });
  expect(downtimeSummary([null])).toBeUndefined();
});

test('the summary of a drain has its downtimes, and the runs that it left behind', () => {
  const drain = (downtimes: (number | null)[], failed: unknown[] = []) =>
    ({ moved: downtimes.map((downtimeMs) => ({ downtimeMs })), failed }) as unknown as Drain;
  expect(describeDrain('local-1', drain([12, 18]))).toBe(
    'local-1: 2 runs moved, down for 15 ms in the median, 18 ms at worst.',
  );
  expect(describeDrain('local-1', drain([]))).toBe('local-1 is drained; no run was on it.');
  expect(describeDrain('local-1', drain([12], [{ runId: 'r' }]))).toContain('1 could not be moved');
});

test('lines are whole however the chunks are cut, within a character too', async () => {
  const stream = new PassThrough();
  const bytes = Buffer.from('one\ntwö\n\nlast');
  for (const byte of bytes) stream.write(Buffer.from([byte]));
  stream.end();
  const lines: string[] = [];
  for await (const line of linesOf(stream)) lines.push(line);
  expect(lines).toEqual(['one', 'twö', '', 'last']);
});

test('a line of a log is its time and its message', () => {
  expect(logEntryOf('2026-08-01T10:00:00.000Z INFO  hello')).toEqual({
    timestamp: '2026-08-01T10:00:00.000Z',
    message: 'INFO  hello',
  });
  expect(logEntryOf('no time')).toEqual({ timestamp: null, message: 'no time' });
});
