import { expect, test } from 'vitest';
import { requestsOf, targetsOf } from '../src/index.ts';

test('inputs with the same meaning are one target, under the first', () => {
  const same = ['Some.Name', '@some.name', 'https://www.tiktok.com/@some.name?lang=en', 'Some.Name'];
  expect(targetsOf(same, 'profile')).toEqual([
    { input: 'Some.Name', wanted: 'profile', address: { kind: 'profile', name: 'Some.Name' } },
  ]);
});

test('ids that differ only in case are different', () => {
  const codes = ['https://vm.tiktok.com/ZMabcd/', 'https://vm.tiktok.com/ZMABCD/'];
  expect(targetsOf(codes, 'profile')).toHaveLength(2);
});

test('an invalid input is kept with the reason, and opens no page', () => {
  const targets = targetsOf(['two words', 'a.name'], 'profile');
  const [refused, readable] = requestsOf(targets);
  expect(refused).toMatchObject({
    skipNavigation: true,
    userData: { target: { refusal: expect.stringMatching(/cannot be read/) } },
  });
  expect(readable).toMatchObject({ url: 'https://www.tiktok.com/@a.name' });
  expect(readable).not.toHaveProperty('skipNavigation');
});

test('a post is the same by its id and by its URLs', () => {
  const id = '7200000000002037325';
  const same = [id, `https://www.tiktok.com/@a.name/video/${id}`, `https://www.tiktok.com/@/photo/${id}`];
  expect(targetsOf(same, 'video')).toHaveLength(1);
});
