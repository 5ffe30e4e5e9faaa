import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const services = new URL('../src/services/', import.meta.url);

/** The keys of all queries as they stand in the sources, with `*` for what is no text. */
function keyPatterns(): string[] {
  return readdirSync(services).flatMap((file) => {
    const source = readFileSync(new URL(file, services), 'utf8');
    const keys = [...source.matchAll(/queryKey: (\[.*\]),$/gm)].map(([, key]) => key!);
    return keys.map((key) => key.replaceAll(/'[^']*'|[\w.]+/g, (part) => (part.startsWith("'") ? part : '*')));
  });
}

test('no two queries have one key: each would be given what the other has read', () => {
  const patterns = keyPatterns();
  expect(patterns.length).toBeGreaterThan(40);
  expect(patterns.filter((pattern, index) => patterns.indexOf(pattern) !== index)).toEqual([]);
});
