import { expect, test } from 'vitest';
import { callStatus, dispatchStatus } from '../src/model/dispatch.ts';
import { hasLimits, newToken, tokenBodyOf, tokenError, tokenScopeText } from '../src/model/token-draft.ts';
import { formatQuantity, isUnlimited, lastMonths, usageTitle } from '../src/model/usage.ts';

const now = Date.parse('2026-01-31T12:00:00Z');

test('a token without limits asks for none, and lasts as long as was said', () => {
  const draft = { ...newToken, name: ' laptop ', days: '30', startsFull: true };
  expect(tokenBodyOf(draft, now)).toEqual({
    name: 'laptop',
    scopes: ['manage'],
    expiresAt: '2026-03-02T12:00:00.000Z',
  });
  expect(tokenBodyOf({ ...draft, days: ' ' }, now).expiresAt).toBeNull();
});

test('a token with limits names its resources, by commas, spaces or lines', () => {
  const draft = { ...newToken, name: 'x', user: 'jane', isLimited: true, actors: 'a, b\nc', runs: ' r ', days: '' };
  expect(tokenBodyOf({ ...draft, startsFull: true }, now)).toMatchObject({
    user: 'jane',
    resources: { actors: ['a', 'b', 'c'], storages: [], runs: ['r'] },
    startsFull: true,
  });
});

test('what is missing of a token is said', () => {
  const right = { ...newToken, name: 'x' };
  expect(tokenError(right)).toBeUndefined();
  expect(tokenError({ ...right, name: ' ' })).toContain('name');
  expect(tokenError({ ...right, scopes: [] })).toBe('Choose what it may do.');
  expect(tokenError({ ...right, isLimited: true })).toBe('Name what it is limited to.');
  for (const days of ['0', '-1', 'many', '1e9']) expect(tokenError({ ...right, days }), days).toContain('days');
  expect(hasLimits({ scopes: ['read'], isLimited: false })).toBe(true);
  expect(hasLimits({ scopes: ['manage', 'read'], isLimited: false })).toBe(false);
});

test('what a token may do, in words', () => {
  expect(tokenScopeText({ scopes: ['manage'], resources: null })).toBe('Manage');
  expect(
    tokenScopeText({ scopes: ['read', 'run'], resources: { actors: ['a'], storages: ['s', 't'], runs: [] } }),
  ).toBe('Read, run · 1 Actor, 2 storages only');
  expect(tokenScopeText({ scopes: ['read'], resources: {} })).toBe('Read · nothing only');
});

test('a dispatch is under way, tried again later, delivered or failed', () => {
  const over = { startedAt: 'x', finishedAt: 'y', errorMessage: 'no', responseStatus: 500, responseBody: null };
  const begun = { startedAt: 'x', finishedAt: null, errorMessage: null, responseStatus: null, responseBody: null };
  const textOf = (status: string, calls: (typeof over | typeof begun)[]) => dispatchStatus(status, calls).text;
  expect(textOf('ACTIVE', [])).toBe('Sending');
  expect(textOf('ACTIVE', [over])).toBe('Tried again later');
  expect(textOf('ACTIVE', [over, begun])).toBe('Sending');
  expect(textOf('SUCCEEDED', [over, over])).toBe('Delivered');
  expect(textOf('FAILED', [over])).toBe('Failed');
  expect(callStatus(over)).toEqual({ tone: 'failed', text: 'Status 500' });
  expect(callStatus({ ...over, responseStatus: null }).text).toBe('No response');
  expect(callStatus(begun).text).toBe('Under way');
  expect(callStatus({ ...over, errorMessage: null, responseStatus: 204 })).toEqual({ tone: 'ok', text: 'Status 204' });
});

test('amounts, units and months', () => {
  expect([0, 0.00001, 0.02134, 12.345, 12_345.6].map(formatQuantity)).toEqual([
    '0',
    '<0.001',
    '0.0213',
    '12.3',
    '12,346',
  ]);
  expect(usageTitle('DATASET_READS')).toBe('Dataset reads');
  expect(usageTitle('SOMETHING_NEW')).toBe('Something new');
  expect(isUnlimited(1_000_000_000)).toBe(true);
  expect(isUnlimited(1000)).toBe(false);
  expect(lastMonths(now, 3)).toEqual(['2026-01', '2025-12', '2025-11']);
});
