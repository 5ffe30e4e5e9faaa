import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isRequestId, matchesText, otherFieldsOf, parseRequests, requestIdOf } from '../src/model/queue-requests.ts';
import {
  contentTypeFor,
  decodeStart,
  hexLines,
  isEditable,
  keyFor,
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
  expect(decodeStart(bytes.subarray(0, 4))).toBe('ab');
  expect(prettyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyJson('{"a":')).toBeUndefined();
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
