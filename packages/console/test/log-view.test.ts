import { describe, expect, test } from 'vitest';
import { LogBuffer, LogSelection, spansOf } from '../src/model/log-buffer.ts';
import { piecesOf } from '../src/model/log-pieces.ts';

const stamp = '2026-03-03T14:02:10.123Z';
const bufferOf = (...lines: string[]) => {
  const buffer = new LogBuffer();
  buffer.append(lines.map((line) => `${stamp} ${line}\n`).join(''));
  return buffer;
};
const linesOf = (buffer: LogBuffer) => Array.from({ length: buffer.length }, (_, index) => buffer.at(index));
const levelsOf = (...lines: string[]) => linesOf(bufferOf(...lines)).map(({ level }) => level);
const everything = { least: 'debug', withOwn: true } as const;

describe('lines', () => {
  test('[log-view-1] are the same, however the text was cut', () => {
    const text = `${stamp} one\n${stamp} \n${stamp} three 😀 \u202e<img src=x>\n${stamp} unfinished`;
    const whole = new LogBuffer();
    whole.append(text);
    whole.finish();
    expect(linesOf(whole).map((line) => line.text)).toEqual(['one', '', 'three 😀 \u202e<img src=x>', 'unfinished']);
    for (let size = 1; size < 40; size += 1) {
      const pieces = new LogBuffer();
      for (let at = 0; at < text.length; at += size) pieces.append(text.slice(at, at + size));
      expect(pieces.length).toBe(3);
      pieces.finish();
      pieces.finish();
      expect(linesOf(pieces)).toEqual(linesOf(whole));
    }
  });

  test('have their number and time; one without a stamp has none', () => {
    const buffer = bufferOf('one');
    buffer.append('no stamp\n');
    expect(buffer.at(0)).toEqual({ number: 1, atMs: Date.parse(stamp), level: 'info', text: 'one' });
    expect(buffer.at(1)).toEqual({ number: 2, atMs: undefined, level: 'info', text: 'no stamp' });
  });

  test('of the platform are told from those of an Actor', () => {
    const [own, foreign] = linesOf(bufferOf('WHERRY Attempt 1 starts on server a.', '| WHERRY Attempt 1 starts'));
    expect(own).toMatchObject({ level: 'own', text: 'Attempt 1 starts on server a.' });
    expect(foreign).toMatchObject({ level: 'info', text: '| WHERRY Attempt 1 starts' });
  });

  test('have the levels that loggers write, with colours or without', () => {
    expect(
      levelsOf(
        '\u001b[32mINFO\u001b[39m  System info',
        '\u001b[33mWARN\u001b[39m \u001b[33m CheerioCrawler:\u001b[39m Reclaiming',
        '    at CheerioCrawler.requestHandler (main.js:17:19)',
        '\u001b[31mERROR\u001b[39m failed',
        'DEBUG more',
        '[apify] INFO  Initializing Actor...',
        '[crawlee._autoscaling] WARN  overloaded',
        '2026-03-03 14:02:10,123 ERROR worker',
        '[error] nginx',
        'warning: unused variable',
        'TypeError: $ is not a function',
        'Traceback (most recent call last):',
        '  File "main.py", line 3',
        'ValueError',
      ),
    ).toEqual([
      ...['info', 'warning', 'warning', 'error', 'debug', 'info', 'warning'],
      ...['error', 'error', 'warning', 'error', 'error', 'error', 'error'],
    ]);
    expect(
      levelsOf('Error handling is on', 'information', 'errors: 0', 'Warning signs are shown', '  indented'),
    ).toEqual(Array(5).fill('info'));
  });

  test('that are long and strange take no long time', () => {
    const buffer = bufferOf('['.repeat(60_000), ' '.repeat(60_000), '\u001b['.repeat(30_000), 'a.'.repeat(30_000));
    expect(buffer.length).toBe(4);
    for (let index = 0; index < 4; index += 1) expect(piecesOf(buffer.at(index).text).length).toBeLessThan(60_000);
  });
});

describe('a selection', () => {
  test('has the lines of a level and above, and finds a text in them as it stands', () => {
    const buffer = bufferOf('INFO one (a.b)', 'WARN two (A.B)', 'WHERRY three (a.b)', 'ERROR four axb');
    expect(new LogSelection(everything, '(a.b').update(buffer)).toMatchObject({
      shown: [0, 1, 2, 3],
      found: [0, 1, 2],
    });
    const warnings = new LogSelection({ least: 'warning', withOwn: false }, 'a.b').update(buffer);
    expect(warnings).toMatchObject({ shown: [1, 3], found: [0] });
    expect(new LogSelection(everything, '').update(buffer).found).toEqual([]);
  });

  test('is the same when the buffer grows as when it is read at once', () => {
    const buffer = new LogBuffer();
    const growing = new LogSelection({ least: 'warning', withOwn: true }, 'x9');
    for (let index = 0; index < 3000; index += 1) {
      buffer.append(`${stamp} ${index % 3 === 0 ? 'WARN' : 'INFO'} x${index}\n`);
      if (index % 7 === 0) growing.update(buffer);
    }
    growing.update(buffer);
    const atOnce = new LogSelection({ least: 'warning', withOwn: true }, 'x9').update(buffer);
    expect(growing.shown).toEqual(atOnce.shown);
    expect(growing.found).toEqual(atOnce.found);
    expect(growing.found.length).toBeGreaterThan(10);
  });

  test('counts what is shown after a place of the buffer, whatever is hidden', () => {
    const buffer = bufferOf('WARN 0', 'INFO 1', 'WARN 2', 'INFO 3', 'WARN 4');
    const warnings = new LogSelection({ least: 'warning', withOwn: true }, '').update(buffer);
    expect([0, 1, 2, 3, 4, 5].map((length) => warnings.countAfter(length))).toEqual([3, 2, 2, 1, 1, 0]);
    const everyLine = new LogSelection(everything, '').update(buffer);
    expect([0, 1, 4, 5].map((length) => everyLine.countAfter(length))).toEqual([5, 4, 1, 0]);
    expect(new LogSelection(everything, '').countAfter(0)).toBe(0);
  });

  test('finds a text across colours, and not within them', () => {
    const buffer = bufferOf('\u001b[32mIN\u001b[39mFO 32m');
    expect(new LogSelection(everything, 'info').update(buffer).found).toEqual([0]);
    expect(new LogSelection(everything, '[32').update(buffer).found).toEqual([]);
  });
});

describe('pieces', () => {
  test('have the colours and decorations of escape sequences, and never the sequences', () => {
    const pieces = piecesOf(
      '\u001b[1;31mred\u001b[0m plain \u001b[94mblue\u001b[39m\u001b[38;5;208morange\u001b[0m\u001b[2K',
    );
    expect(pieces.map(({ text }) => text).join('')).toBe('red plain blueorange');
    expect(pieces[0]).toMatchObject({ colour: 'red', isBold: true, isBright: false });
    expect(pieces[1]).toMatchObject({ colour: undefined, isBold: false });
    expect(pieces[2]).toMatchObject({ colour: 'blue', isBright: true });
    expect(pieces[3]!.colour).toBe('yellow');
  });

  test('markup stays text', () => {
    expect(piecesOf('\u001b[31m<img src=x onerror=alert(1)>&amp;</script>').map(({ text }) => text)).toEqual([
      '<img src=x onerror=alert(1)>&amp;</script>',
    ]);
  });

  test('what is found is a piece of its own, also across colours', () => {
    const text = '\u001b[32mIN\u001b[39mFO info';
    const pieces = piecesOf(text, spansOf('INFO info', 'nfo'));
    expect(pieces.map((piece) => [piece.text, piece.isFound])).toEqual([
      ['I', false],
      ['N', true],
      ['FO', true],
      [' i', false],
      ['nfo', true],
    ]);
    expect(pieces[1]!.colour).toBe('green');
  });
});
