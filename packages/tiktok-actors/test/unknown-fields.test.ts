import { expect, test } from 'vitest';
import { unknownFields } from '../src/input/common-input.ts';

test('fields that are not in the schema are reported', () => {
  const schema = JSON.stringify({ properties: { profiles: {}, maxItems: {} } });
  expect(unknownFields({ profiles: [], shouldDownloadVideos: true, toString: 1 }, schema)).toEqual([
    'shouldDownloadVideos',
    'toString',
  ]);
  expect(unknownFields({ profiles: [], maxItems: 1 }, schema)).toEqual([]);
  expect(unknownFields({ any: 1 }, null)).toEqual([]);
});
