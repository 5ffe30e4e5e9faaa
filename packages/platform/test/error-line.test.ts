import { expect, test } from 'vitest';
import { errorLineOf } from '../src/logs/error-line.ts';
import { ownLine } from '../src/logs/log-lines.ts';

const stamped = (lines: readonly string[]) => lines.map((line) => `2026-01-31T12:00:00.000Z ${line}`);
const end = ownLine('The run ended FAILED. The Actor process exited with code 1.');
const errorOf = (...lines: string[]) => errorLineOf(stamped([...lines, end]));

test('an uncaught error of Node is found above its stack', () => {
  const lines = [
    'INFO  CheerioCrawler: Starting the crawler.',
    'file:///app/main.js:7',
    "  throw new TypeError('x is not a function');",
    '        ^',
    '',
    'TypeError: x is not a function',
    '    at run (file:///app/main.js:7:9)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
    '',
    'Node.js v24.0.0',
  ];
  expect(errorOf(...lines)).toBe('TypeError: x is not a function');
  expect(errorOf('Error [ERR_MODULE_NOT_FOUND]: Cannot find package', '    at a (b:1:1)')).toBe(
    'Error [ERR_MODULE_NOT_FOUND]: Cannot find package',
  );
});

test('a traceback of Python is found below its frames, with the module of the error', () => {
  const lines = ['Traceback (most recent call last):', '  File "/app/main.py", line 3, in <module>', '    main()'];
  expect(errorOf(...lines, 'ValueError: no such page')).toBe('ValueError: no such page');
  expect(errorOf(...lines, 'playwright._impl._errors.TimeoutError: Page.goto')).toBe(
    'playwright._impl._errors.TimeoutError: Page.goto',
  );
  expect(errorOf(...lines, 'KeyboardInterrupt', 'AssertionError')).toBe('AssertionError');
});

test.each([
  [
    '\u001b[31mERROR\u001b[39m CheerioCrawler: Request failed and reached maximum retries.',
    'ERROR CheerioCrawler: Request failed and reached maximum retries.',
  ],
  ['[apify] ERROR Actor failed with an exception', undefined],
  ['[FATAL] out of handles', '[FATAL] out of handles'],
  ['time=12:00 level=error msg="connection lost"', 'time=12:00 level=error msg="connection lost"'],
  ['panic: runtime error: index out of range', 'panic: runtime error: index out of range'],
  ['Segmentation fault (core dumped)', 'Segmentation fault (core dumped)'],
  ['npm error code ENOENT', 'npm error code ENOENT'],
  ['FATAL ERROR: Reached heap limit Allocation failed', 'FATAL ERROR: Reached heap limit Allocation failed'],
  ['INFO  The page "Error handling" was read: 0 errors', undefined],
  ['Errors are collected in the dataset.', undefined],
])('%j', (line, expected) => {
  expect(errorOf('INFO first', line, 'INFO last')).toBe(expected ?? end.slice('WHERRY '.length));
});

test('without an error it is the last line of the platform, and null without any; only the end of a log is looked at', () => {
  expect(errorOf('INFO at work')).toBe('The run ended FAILED. The Actor process exited with code 1.');
  expect(errorLineOf(stamped(['INFO at work']))).toBeNull();
  expect(errorLineOf([])).toBeNull();
  expect(errorOf('Error: long ago', ...Array.from({ length: 200 }, () => 'INFO at work'))).not.toContain('long ago');
  expect(errorOf(`Error: ${'x'.repeat(100_000)}`)).toHaveLength(500);
  // What an Actor prints as a line of the platform's is none [log-3].
  expect(errorLineOf(stamped(['| WHERRY The run was eaten.']))).toBeNull();
});
