import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isRequestId, matchesText, otherFieldsOf, parseRequests, requestIdOf } from '../src/model/queue-requests.ts';
import {
  asUtf8,
  contentTypeFor,
  decodeStart,
  hexLines,
  isEditable,
  keyFor,
  markOf,
  prettyJson,
  recordKindOf,
} from '../src/model/record-preview.ts';
import { matchesSearch, pageNumber, storageName } from '../src/model/storage-list.ts';

test('a record is shown by its content type, whatever its parameters and case', () => {
  const kinds = {
    'application/json; charset=utf-8': 'json',
    'application/ld+json': 'json',
    'TEXT/HTML': 'html',
    'application/xhtml+xml': 'html',
    'image/svg+xml': 'image',
    'image/png': 'image',
    'text/plain': 'text',
    'application/atom+xml': 'text',
    'video/mp4': 'video',
    'audio/mpeg': 'audio',
    'application/octet-stream': 'binary',
    '': 'binary',
  };
  for (const [type, kind] of Object.entries(kinds)) expect(recordKindOf(type), type).toBe(kind);
  expect([isEditable('text/csv'), isEditable('image/svg+xml'), isEditable('application/pdf')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('bytes are shown as in a hex editor', () => {
  const bytes = new TextEncoder().encode('Hello\u0000wherry, and more');
  expect(hexLines(bytes)).toEqual([
    { offset: '00000000', hex: '48 65 6c 6c 6f 00 77 68 65 72 72 79 2c 20 61 6e', text: 'Hello.wherry, an' },
    { offset: '00000010', hex: '64 20 6d 6f 72 65', text: 'd more' },
  ]);
  expect(hexLines(new Uint8Array())).toEqual([]);
});

test('a text that is cut within a character ends before it', () => {
  const bytes = new TextEncoder().encode('ab€');
  expect(decodeStart(bytes.subarray(0, 4))).toEqual({ text: 'ab', charset: 'utf-8', isExact: true });
});

test('a text is read by its byte order mark, else by its charset, and one that is damaged is told', () => {
  const utf16 = (text: string, isBig: boolean) =>
    Uint8Array.from(
      [...text]
        .flatMap((each) => [each.charCodeAt(0) & 255, each.charCodeAt(0) >> 8])
        .map((_, index, all) => all[isBig ? index ^ 1 : index]!),
    );
  expect(decodeStart(utf16('\ufeffGrüße', false), 'text/plain')).toMatchObject({ text: 'Grüße', charset: 'utf-16le' });
  expect(decodeStart(utf16('\ufeffGrüße', true), 'text/plain; charset=utf-16le')).toMatchObject({
    text: 'Grüße',
    charset: 'utf-16be',
  });
  expect(decodeStart(utf16('Grüße', false), 'text/plain; charset="UTF-16LE"').text).toBe('Grüße');
  const latin = Uint8Array.from([0x47, 0x72, 0xfc, 0xdf, 0x65]);
  expect(decodeStart(latin, 'text/plain; charset=iso-8859-1')).toMatchObject({ text: 'Grüße', isExact: true });
  expect(decodeStart(latin, 'text/plain; charset=no-such')).toEqual({
    text: 'Gr\ufffd\ufffde',
    charset: 'utf-8',
    isExact: false,
  });
  expect(decodeStart(new TextEncoder().encode('\ufeff{}'), 'application/json').text).toBe('{}');
});

test('what is typed is UTF-8, whatever the record was', () => {
  expect(asUtf8('text/plain; charset=utf-16le')).toBe('text/plain; charset=utf-8');
  expect(asUtf8('text/plain; Charset="utf-16" ; x=1')).toBe('text/plain; Charset=utf-8 ; x=1');
  expect(asUtf8('application/json')).toBe('application/json');
});

test('JSON is indented as JavaScript does it, with its numbers, keys and strings as they are written', () => {
  for (const value of [
    {},
    [],
    { a: 1, b: [1, { c: [] }, {}], ',{"': ':[\\"]' },
    ['x', null, true, -1.5e-7],
    'a: {',
    7,
    null,
  ]) {
    const expected = JSON.stringify(value, undefined, 2);
    expect(prettyJson(JSON.stringify(value))).toBe(expected);
    expect(prettyJson(`\n${expected.replaceAll('\n', '\r\n\t')} `)).toBe(expected);
  }
  expect(prettyJson('{"id":12345678901234567890,"n":1.0,"n":"\\u00e9"}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "n": 1.0,\n  "n": "\\u00e9"\n}',
  );
  expect(prettyJson('{"a":')).toBeUndefined();
});

test('two values of a record are told apart by their bytes', () => {
  expect(markOf(Uint8Array.from([1, 2]))).not.toBe(markOf(Uint8Array.from([2, 1])));
  expect(markOf(Uint8Array.from([1, 2]))).toBe(markOf(Uint8Array.from([1, 2])));
});

test('a file gives a key that stores take, and a type', () => {
  expect(keyFor('my résumé (1).json')).toBe('my-r-sum--(1).json');
  expect(keyFor('x'.repeat(500))).toHaveLength(256);
  expect(contentTypeFor('a.CSV')).toBe('text/csv; charset=utf-8');
  expect(contentTypeFor('a.unknown')).toBe('application/octet-stream');
  expect(contentTypeFor('a.constructor')).toBe('application/octet-stream');
});

test('the id of a request is the one that Apify’s clients make of its key', async () => {
  const key = 'https://example.com/?a=b';
  const expected = createHash('sha256').update(key).digest('base64').replace(/[+/=]/g, '').slice(0, 15);
  expect(await requestIdOf(key)).toBe(expected);
  expect([isRequestId(expected), isRequestId('https://x'), isRequestId('')]).toEqual([true, false, false]);
});

test('a search finds a part of the URL or of the key in any case, and a whole id', () => {
  const request = { id: 'AbC123', uniqueKey: 'Key-7', url: 'https://Example.com/Page' };
  for (const text of ['example.com/page', 'key-7', 'AbC123']) expect(matchesText(request, text), text).toBe(true);
  for (const text of ['AbC12', 'abc123', 'other']) expect(matchesText(request, text), text).toBe(false);
});

const typed = { urls: 'https://a.test/\n\n https://b.test/ ', method: 'GET', userData: '', payload: '', uniqueKey: '' };

test('each line is a request; what is wrong is said by its field', () => {
  expect(parseRequests({ ...typed, userData: '{"label":"X"}' })).toEqual({
    kind: 'valid',
    requests: [
      { url: 'https://a.test/', uniqueKey: 'https://a.test/', method: 'GET', userData: { label: 'X' } },
      { url: 'https://b.test/', uniqueKey: 'https://b.test/', method: 'GET', userData: { label: 'X' } },
    ],
  });
  const fieldOf = (changes: object) => {
    const parsed = parseRequests({ ...typed, ...changes });
    return parsed.kind === 'wrong' ? parsed.field : undefined;
  };
  expect(fieldOf({ urls: ' \n' })).toBe('urls');
  expect(fieldOf({ urls: 'no url' })).toBe('urls');
  expect(fieldOf({ uniqueKey: 'one' })).toBe('uniqueKey');
  for (const userData of ['[1]', '{', '"text"', 'null']) expect(fieldOf({ userData }), userData).toBe('userData');
});

test('a request with another method or a payload is not taken for the GET of its URL', () => {
  const keyOf = (changes: object) => {
    const parsed = parseRequests({ ...typed, urls: 'https://a.test/', ...changes });
    return parsed.kind === 'valid' ? parsed.requests[0]!.uniqueKey : undefined;
  };
  const keys = [keyOf({}), keyOf({ method: 'POST' }), keyOf({ method: 'POST', payload: 'x' })];
  expect(new Set(keys).size).toBe(3);
});

test('what clients have stored besides is shown apart', () => {
  expect(otherFieldsOf({ id: 'a', url: 'b', lockByClient: 'c', sessionId: 's' })).toEqual({ sessionId: 's' });
});

test('a storage is called by its title, its name, or its id, and found by each', () => {
  const storage = { id: 'AbC', name: 'the-name', title: 'The Title' };
  expect(storageName(storage)).toBe('The Title');
  expect(storageName({ ...storage, title: null })).toBe('the-name');
  expect(storageName({ ...storage, title: null, name: null })).toBe('AbC');
  for (const text of ['title', ' NAME ', 'abc']) expect(matchesSearch(storage, text), text).toBe(true);
  expect(matchesSearch(storage, 'other')).toBe(false);
});

test('an address names a page that there is', () => {
  expect(['1', '3', '9', '0', '-2', 'x', '2.7', ''].map((text) => pageNumber(text, 5))).toEqual([
    1, 3, 5, 1, 1, 1, 2, 1,
  ]);
  expect(pageNumber('4', 0)).toBe(1);
});
