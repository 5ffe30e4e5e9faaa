import { expect, test } from 'vitest';
import { until } from './support/until.ts';

test('a wait gives what it is for, and one in vain says what it was for and how long it took', async () => {
  let asked = 0;
  expect(await until('it is asked three times', () => ++asked === 3 && asked)).toBe(3);
  await expect(until('pigs fly', () => undefined, { secs: 0.05 })).rejects.toThrow(
    'Waited 0.05 s in vain until pigs fly.',
  );
  const hangs = () => new Promise<never>(() => {});
  await expect(until('there is an answer', hangs, { secs: 0.05 })).rejects.toThrow('until there is an answer');
});
