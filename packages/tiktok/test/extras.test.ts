/** Fields beside the main ones: each form of them that public captures and readers show, and what is absent or odd. */
import { expect, test } from 'vitest';
import { parseCommentList, parseProductPage, parseReviewsInPage, parseVideoDetail } from '../src/index.ts';
import { check } from './record-check.ts';

const captured = (body: string) => ({ url: 'https://www.tiktok.com/', statusCode: 200, body });

function found<T>(outcome: { kind: string; value?: T; unread?: readonly string[] }): {
  value: T;
  unread: readonly string[];
} {
  expect(outcome).toMatchObject({ kind: 'found' });
  return outcome as { value: T; unread: readonly string[] };
}

const stats = { diggCount: 1, shareCount: 2, playCount: 3, commentCount: 4 };

function videoWith(fields: object) {
  const itemStruct = { id: '7200000000000000001', createTime: 1_760_000_000, stats, video: {}, ...fields };
  const outcome = parseVideoDetail(captured(JSON.stringify({ statusCode: 0, itemInfo: { itemStruct } })));
  check(outcome);
  return found(outcome as never) as { value: Record<string, unknown>; unread: readonly string[] };
}

test.each([
  ['no mark', { AIGCDescription: '' }, { isAigc: false, aigcLabelType: null, aigcDescription: null }],
  ['a label', { AIGCDescription: '', aigcLabelType: 2 }, { isAigc: true, aigcLabelType: 2 }],
  ['a label as a text', { aigcLabelType: '1' }, { isAigc: true, aigcLabelType: 1 }],
  ['a label of zero', { aigcLabelType: 0 }, { isAigc: false, aigcLabelType: 0 }],
  ['a description', { AIGCDescription: 'Made with a tool' }, { isAigc: true, aigcDescription: 'Made with a tool' }],
  ['a flag', { IsAigc: true, AIGCDescription: '' }, { isAigc: true }],
  ['nothing', {}, { isAigc: null, aigcLabelType: null, aigcDescription: null }],
  ['duets', { duetEnabled: true, stitchEnabled: false }, { duetEnabled: true, stitchEnabled: false }],
  ['no duet', { duetInfo: { duetFromId: '0' } }, { duetFromId: null, duetEnabled: null, stitchEnabled: null }],
  ['a duet', { duetInfo: { duetFromId: '7200000000000000002' } }, { duetFromId: '7200000000000000002' }],
  [
    'challenges',
    {
      challenges: [
        { id: '50321361', title: 'tea', desc: '', coverLarger: '', profileLarger: 'https://img.example.org/a' },
      ],
    },
    { challenges: [{ id: '50321361', name: 'tea', description: null, coverUrl: 'https://img.example.org/a' }] },
  ],
  ['a challenge without a name', { challenges: [{ id: '5' }, { id: '6', title: '' }] }, { challenges: [] }],
  [
    'writing',
    { stickersOnItem: [{ stickerText: ['', 'look'], stickerType: 4 }, { stickerType: 1 }] },
    { stickerTexts: ['look'] },
  ],
  [
    'effects',
    {
      effectStickers: [
        { ID: '4274', name: 'Natural', stickerStats: { useCount: 0 } },
        { ID: '4275', name: 'Slow' },
      ],
    },
    {
      effectStickers: [
        { id: '4274', name: 'Natural', useCount: 0 },
        { id: '4275', name: 'Slow', useCount: null },
      ],
    },
  ],
])('a post with %s', (_what, fields, expected) => {
  const { value, unread } = videoWith(fields);
  expect(value).toMatchObject(expected);
  expect(unread).toEqual([]);
});

test.each([
  [{ duetEnabled: 'perhaps' }, 'duetEnabled'],
  [{ aigcLabelType: {} }, 'aigcLabelType'],
  [{ challenges: { a: 1 } }, 'challenges'],
  [{ stickersOnItem: 'text' }, 'stickersOnItem'],
])('%j cannot be read, which is reported and loses no post', (fields, path) => {
  expect(videoWith(fields).unread.join(' ')).toContain(path);
});

function commentWith(fields: object) {
  const comment = { cid: '1', aweme_id: '2', create_time: 1_760_000_000, text: '', ...fields };
  const outcome = parseCommentList(
    captured(JSON.stringify({ status_code: 0, has_more: 0, cursor: 1, comments: [comment] })),
  );
  check(outcome);
  return found(outcome as never) as unknown as { value: { items: object[] } };
}

const picture = (name: string) => ({ url_list: [`https://img.example.org/${name}`, 'https://img.example.org/backup'] });

test.each([
  ['a picture', { image_list: [{ origin_url: picture('a') }] }, { imageUrls: ['https://img.example.org/a'] }],
  ['a cropped picture', { image_list: [{ crop_url: picture('b') }] }, { imageUrls: ['https://img.example.org/b'] }],
  ['no picture', { image_list: null }, { imageUrls: [], labels: [], shareUrl: null }],
  ['a picture without an address', { image_list: [{ origin_url: { url_list: [] } }] }, { imageUrls: [] }],
  [
    'labels',
    { label_text: 'Creator', label_list: [{ text: 'Creator' }, { text: 'Friend' }] },
    { labels: ['Creator', 'Friend'] },
  ],
  [
    'an address',
    { share_info: { url: 'https://m.tiktok.com/v/2.html' } },
    { shareUrl: 'https://m.tiktok.com/v/2.html' },
  ],
])('a comment with %s', (_what, fields, expected) => {
  expect(commentWith(fields).value.items).toMatchObject([expected]);
});

function productPageOf(data: object) {
  const component = { component_type: 'product_info', component_data: data };
  const loaderData = { page: { page_config: { components_map: [component] } } };
  return captured(
    `<html><script id="__MODERN_ROUTER_DATA__" type="application/json">${JSON.stringify({ loaderData })}</script></html>`,
  );
}

function productWith(data: object) {
  const outcome = parseProductPage(productPageOf(data));
  check(outcome);
  return found(outcome as never) as { value: Record<string, unknown>; unread: readonly string[] };
}

const product_id = '1729000000000000001';
const sku_id = '1729000000000000002';
const modelWith = (model: object, more: object = {}) => ({
  product_info: { product_model: { product_id, name: 'Cup', ...model }, ...more },
});
const noSku = {
  name: null,
  properties: [],
  price: null,
  originalPrice: null,
  discount: null,
  stock: null,
  isInStock: null,
};

test.each([
  ['a variant with nothing', modelWith({ skus: [{ sku_id }] }), { skus: [{ skuId: sku_id, ...noSku }] }],
  [
    'a variant with a price, stock and properties',
    modelWith(
      {
        skus: [
          {
            sku_id,
            property_pairs: [
              { sku_property_name: 'Size', sku_property_value_name: 'L' },
              { sku_property_value_name: 'Red' },
            ],
            sku_quantity: { available_quantity: 0 },
            sku_stock_status: 2,
          },
        ],
      },
      {
        promotion_model: {
          promotion_product_price: {
            skus_price: { [sku_id]: { sale_price_decimal: '9.50', origin_price_decimal: '19.00' } },
          },
        },
      },
    ),
    {
      skus: [
        {
          ...noSku,
          skuId: sku_id,
          name: 'L, Red',
          properties: [
            { name: 'Size', value: 'L' },
            { name: null, value: 'Red' },
          ],
          price: '9.50',
          originalPrice: '19.00',
          stock: 0,
          isInStock: false,
        },
      ],
    },
  ],
  [
    'a state of the stock alone',
    modelWith({ skus: [{ sku_id, sku_stock_status: 1 }] }),
    { skus: [{ stock: null, isInStock: true }] },
  ],
  ['a variant without an id', modelWith({ skus: [{ sku_name: 'L' }] }), { skus: [] }],
  [
    'specifications',
    modelWith({
      product_properties: [
        { property_name: 'Material', property_values: [{ property_value_name: 'Clay' }] },
        { property_name: 'Empty', property_values: [] },
      ],
    }),
    { specifications: [{ name: 'Material', values: ['Clay'] }] },
  ],
  [
    'categories',
    { ...modelWith({}), categories: [{ category_id: '600001', category_name: 'Kitchen' }, { category_name: 'Cups' }] },
    {
      categories: [
        { id: '600001', name: 'Kitchen' },
        { id: null, name: 'Cups' },
      ],
    },
  ],
  [
    'stars',
    { ...modelWith({}), review_info: { review_ratings: { rating_result: { 1: 2, 5: '31' } } } },
    { starDistribution: { 1: 2, 2: 0, 3: 0, 4: 0, 5: 31 } },
  ],
  [
    'no stars',
    { ...modelWith({}), review_info: { review_ratings: { rating_result: {} } } },
    { starDistribution: null, pageReviews: [] },
  ],
  [
    'reviews in the page',
    {
      ...modelWith({}),
      review_info: { product_reviews: [{ review_id: '5', review_rating: 4 }, { review_text: 'no id' }] },
    },
    { pageReviews: [{ reviewId: '5', rating: 4 }] },
  ],
  [
    'an older page',
    {
      product_info: {
        product_id,
        product_base: { title: 'Cup' },
        skus: [
          { sku_id, stock: 3, price: { real_price: '5.00' }, sku_sale_props: [{ prop_name: 'Size', prop_value: 'S' }] },
          {
            sku_id: '1729000000000000003',
            price: { real_price: '$1,005.00', original_price: { price_val: '1010.5' } },
          },
        ],
      },
    },
    {
      skus: [
        { skuId: sku_id, name: 'S', price: '5.00', stock: 3, isInStock: true },
        { price: '1005.00', originalPrice: '1010.5', stock: null },
      ],
      specifications: [],
      categories: [],
    },
  ],
])('a product with %s', (_what, data, expected) => {
  expect(productWith(data).value).toMatchObject(expected);
});

test.each([
  ['beside the product', (review_info: object) => ({ ...modelWith({}), review_info })],
  ['in the product', (review_info: object) => modelWith({}, { review_info })],
])('the reviews %s are those of the product and the first page of the list', (_where, dataOf) => {
  const product_reviews = [{ review_id: '5', review_rating: 4 }, { review_text: 'no id' }];
  const page = productPageOf(dataOf({ product_reviews, total_reviews: '30' }));
  const { value: product } = found(parseProductPage(page));
  const { value: reviews } = found(parseReviewsInPage(page));
  expect(product.pageReviews).toEqual(reviews.items);
  expect(reviews).toMatchObject({ items: [{ reviewId: '5' }], unreadable: [{ id: null }], hasMore: true, total: 30 });
});
