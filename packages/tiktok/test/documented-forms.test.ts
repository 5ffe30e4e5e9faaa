/** The forms of URLs that docs/tiktok.md names are read as it says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { targetNames } from '../src/addresses/target-kind.ts';
import { parseTarget, type TargetKind } from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/tiktok.md', import.meta.url), 'utf8');

const values: Readonly<Record<string, string>> = {
  NAME: 'amber',
  SECUID: 'MS4wLjABAAAAamber-synthetic-0001',
  DIGITS: '6800000000000000001',
  ID: '7200000000000000001',
  SLUG: 'a-cup',
  WORDS: 'tea-cup',
  CODE: 'ZMabcdef1',
};

const kinds = Object.keys(targetNames) as TargetKind[];

/** The rows `| kind | forms | where they were seen |`. */
const rows = [
  ...page.matchAll(/^\| (any|profile|video|hashtag|sound|search|product|shop|shop_search) \| (`.+`) \| [^|]+ \|$/gm),
];
const forms = rows.flatMap(([, kind, written]) =>
  [...written!.matchAll(/`([^`]+)`/g)].map(([, form]) => [form!, kind!] as const),
);

test('there are many documented forms', () => {
  expect(forms.length).toBeGreaterThan(60);
});

test.each(forms)('%s is a target of the kind %s', (form, kind) => {
  const filled = form.replace(/\b(NAME|SECUID|DIGITS|ID|SLUG|WORDS|CODE)\b/g, (name) => values[name]!);
  const url = filled.startsWith('/') ? `https://www.tiktok.com${filled}` : filled;
  const wanted = kind === 'any' ? kinds.filter((each) => !each.includes('search')) : [kind as TargetKind];
  for (const each of wanted) {
    expect(parseTarget(url, each), each).toMatchObject({ kind: 'target' });
    expect(parseTarget(`See ${url}.`, each), each).toEqual(parseTarget(url, each));
  }
  if (kind === 'any') return;
  const others = kinds.filter((each) => each !== kind);
  for (const each of others) expect(parseTarget(url, each), each).toMatchObject({ reason: 'wrong_kind' });
});
