/** Targets in texts, as people paste them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { targetNames } from '../src/addresses/target-kind.ts';
import { type Address, pageUrlOf, parseTargets, type TargetKind } from '../src/index.ts';

const id = fc.bigInt({ min: 6_000_000_000_000_000_000n, max: 7_999_999_999_999_999_999n }).map(String);
const name = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,20}[a-z0-9_]$/);
const tag = fc.stringMatching(/^[\p{L}\p{N}_]{1,20}$/u).map((each) => each.normalize('NFC'));
const slug = fc.stringMatching(/^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,3}$/);
const region = fc.constantFrom('us', 'gb', 'vn');

interface Case {
  readonly wanted: TargetKind;
  readonly address: Address;
  /** All of them mean the address in any text. */
  readonly forms: readonly string[];
}

const site = 'https://www.tiktok.com';

const cases: fc.Arbitrary<Case> = fc.oneof(
  name.map(
    (each): Case => ({
      wanted: 'profile',
      address: { kind: 'profile', name: each },
      forms: [
        `@${each}`,
        `＠${each}`,
        `${site}/@${each}`,
        `tiktok.com/@${each}?lang=en`,
        `${site}/embed/@${each}`,
        `${site}/@${each}/live`,
        `${site}/login?redirect_url=${encodeURIComponent(`${site}/@${each}`)}`,
        `https://m.tiktok.com/en/@${each}/`,
      ],
    }),
  ),
  fc.tuple(id, name).map(
    ([videoId, by]): Case => ({
      wanted: 'video',
      address: { kind: 'video', videoId, name: by },
      forms: [
        `${site}/@${by}/video/${videoId}`,
        `@${by}/video/${videoId}`,
        `lite.tiktok.com/@${by}/video/${videoId}?_t=1`,
        `${site}/foryou#/@${by}/video/${videoId}`,
      ],
    }),
  ),
  id.map(
    (videoId): Case => ({
      wanted: 'video',
      address: { kind: 'video', videoId, name: null },
      forms: [
        videoId,
        `${site}/video/${videoId}`,
        `https://t.tiktok.com/i18n/share/video/${videoId}/`,
        `https://m.tiktok.com/v/${videoId}.html`,
        `${site}/foryou?a=b&item_id=${videoId}`,
        `${site}/trending?shareId=${videoId}`,
        `${site}/embed/v2/${videoId}`,
        `https://vm.tiktok.com/v/${videoId}`,
      ],
    }),
  ),
  tag.map(
    (each): Case => ({
      wanted: 'hashtag',
      address: { kind: 'hashtag', name: each },
      forms: [
        `#${each}`,
        `# ${each}`,
        `＃${each}`,
        `${site}/tag/${encodeURIComponent(each)}`,
        `${site}/embed/tag/${encodeURIComponent(each)}?lang=en`,
      ],
    }),
  ),
  fc.tuple(id, slug).map(
    ([soundId, words]): Case => ({
      wanted: 'sound',
      address: { kind: 'sound', soundId, slug: words },
      forms: [
        `${words}-${soundId}`,
        `${site}/music/${words}-${soundId}`,
        `m.tiktok.com/music/${words}-${soundId}?lang=en`,
      ],
    }),
  ),
  id.map(
    (soundId): Case => ({
      wanted: 'sound',
      address: { kind: 'sound', soundId, slug: null },
      forms: [soundId, `${site}/share/music/${soundId}`, `https://m.tiktok.com/h5/share/music/${soundId}.html`],
    }),
  ),
  fc.tuple(id, slug, region).map(
    ([productId, words, country]): Case => ({
      wanted: 'product',
      address: { kind: 'product', productId, region: country },
      forms: [
        `https://shop.tiktok.com/${country}/pdp/${words}/${productId}`,
        `${site}/${country}/pdp/${productId}`,
        `${site}/shop/${country}/pdp/${words}/${productId}?source=x`,
        `${site}/view/product/${productId}?region=${country.toUpperCase()}`,
      ],
    }),
  ),
  fc.tuple(slug, fc.integer({ min: 100_000, max: 999_999 })).map(
    ([words, category]): Case => ({
      wanted: 'shop_search',
      address: { kind: 'shop_category', categoryId: `${category}`, slug: words, region: null },
      forms: [`${site}/shop/c/${words}/${category}`, `tiktok.com/shop/c/${words}/${category}/?source=x`],
    }),
  ),
);

/** Words of a sentence, without names, tags, ids and URLs of the site. Single words between commas would be a list. */
const words = fc
  .array(fc.stringMatching(/^\p{L}[\p{L}'’]{0,8}[.,!?:;]?$/u), { minLength: 1, maxLength: 6 })
  .map((each) => ['see', 'this', ...each].join(' '));
const sentenceBefore = fc
  .tuple(words, fc.constantFrom(' ', ': ', ' (', ' "', ' <', ' «', ' -> ', '\n', ' 👉 '))
  .map((each) => each.join(''));
const sentenceAfter = fc
  .tuple(fc.constantFrom(' ', ') ', '" ', '> ', '» ', '. ', ', ', '! ', '… ', '\n', '。 '), words)
  .map((each) => each.join(''));
const closing = fc.constantFrom(
  ['"', '"'],
  ['<', '>'],
  ['(', ')'],
  ['“', '”'],
  ['', '.'],
  ['', ','],
  ['`', '`'],
  ['', '…'],
  [' ', '\n'],
  ["'", "'"],
  ['- ', ''],
  ['\u200e', '\u200b'],
);

const addressesIn = (text: string, wanted: TargetKind) =>
  parseTargets(text, wanted).targets.map(({ reading }) => (reading.kind === 'target' ? reading.address : reading));

const everyForm = (around: (form: string) => fc.Arbitrary<string>, numRuns: number) =>
  fc.assert(
    fc.property(
      cases.chain((each) => fc.tuple(fc.constant(each), fc.constantFrom(...each.forms).chain(around))),
      ([{ wanted, address }, text]) => {
        expect(addressesIn(text, wanted)).toEqual([address]);
      },
    ),
    { numRuns },
  );

test('[written-1] every form in quotes, brackets and punctuation gives the same target', () => {
  everyForm((form) => closing.map(([before, after]) => `${before}${form}${after}`), 300);
});

/** Lines of words are searches of their own. */
const linesOf = (text: string, wanted: TargetKind) => (wanted === 'shop_search' ? text.replaceAll('\n', ' ') : text);

test('[target-4] a URL in any sentence gives the same target', () => {
  fc.assert(
    fc.property(
      cases.chain((each) =>
        fc.tuple(
          fc.constant(each),
          fc.constantFrom(...each.forms.filter((form) => form.includes('tiktok.com'))),
          sentenceBefore,
          sentenceAfter,
        ),
      ),
      ([{ wanted, address }, form, before, after]) => {
        expect(addressesIn(linesOf(`${before}${form}${after}`, wanted), wanted)).toEqual([address]);
      },
    ),
    { numRuns: 300 },
  );
});

/** Without commas and line ends, which would make it a list. */
test('every form in a clause gives the same target', () => {
  const clause = words.map((each) => each.replace(/[,;]/g, ''));
  everyForm((form) => fc.tuple(clause, clause).map(([before, after]) => `${before} ${form} ${after}`), 300);
});

test('[target-3] a list of any forms gives the targets one after the other', () => {
  const separators = fc.constantFrom(',', ', ', '\n', '\r\n', ';', '\t', ' | ', '\n- ');
  const lists = fc.constantFrom<TargetKind>('profile', 'video', 'hashtag', 'sound', 'product').chain((wanted) =>
    fc.tuple(
      fc.array(
        cases
          .filter((each) => each.wanted === wanted)
          .chain((each) => fc.tuple(fc.constant(each), fc.constantFrom(...each.forms))),
        { minLength: 2, maxLength: 4 },
      ),
      separators,
    ),
  );
  fc.assert(
    fc.property(lists, ([targets, separator]) => {
      const text = targets.map(([, form]) => form).join(separator);
      expect(addressesIn(text, targets[0]![0].wanted)).toEqual(targets.map(([{ address }]) => address));
    }),
    { numRuns: 200 },
  );
});

test('the canonical URL of each target is a form of it', () => {
  fc.assert(
    fc.property(cases, ({ wanted, address }) => {
      expect(addressesIn(pageUrlOf(address), wanted)).toEqual([address]);
    }),
    { numRuns: 200 },
  );
});

test.each(['a.', '(', ')', '.', ',', '@', '#', 'https:', 'https://', '"', ',a', 'tiktok.com', '-1', '%'])(
  'a text of 20,000 times %j is read',
  (piece) => {
    for (const [before, after] of [
      ['', ''],
      ['https://www.tiktok.com/@a', ''],
      ['', 'a'],
    ] as const) {
      const text = `${before}${piece.repeat(20_000)}${after}`;
      for (const wanted of ['profile', 'hashtag', 'video', 'search'] as const) {
        expect(parseTargets(text, wanted).targets.length).toBeGreaterThan(0);
      }
    }
  },
);

test('[written-2] every text gives a target or a refusal', () => {
  const pieces = fc.constantFrom(
    'https://',
    'tiktok.com',
    '/',
    '@',
    '#',
    '%',
    ',',
    '\n',
    ' ',
    '(',
    ')',
    '"',
    'a',
    '.',
    '7200000000000000001',
    '🇩🇪',
    '\u200d',
    'https://www.tiktok.com/@a',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((each) => each.join('')),
  );
  const kinds = fc.constantFrom(...(Object.keys(targetNames) as TargetKind[]));
  fc.assert(
    fc.property(texts, kinds, (text, wanted) => {
      expect(parseTargets(text, wanted).targets.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
