/** The parts of payloads that the records' extra fields come from. */
import { type Comment, commentImageOf } from '../world/comment.ts';
import type { Product } from '../world/product.ts';
import { type ProductExtras, productExtrasOf } from '../world/product-extras.ts';
import type { Video } from '../world/video.ts';
import { videoExtrasOf } from '../world/video-extras.ts';
import type { World } from '../world/world.ts';

export const labelOfAuthor = 'Creator';

export const commentShareUrlOf = (videoId: string): string => `https://m.tiktok.com/v/${videoId}.html`;

export function videoExtrasPayload(world: World, video: Video): Record<string, unknown> {
  const { aigc, duets, stitches, duetFromId, writing } = videoExtrasOf(world, video);
  return {
    ...(aigc !== null && { AIGCDescription: aigc === 'description' ? 'Made with a tool' : '' }),
    ...(aigc === 'label' && { aigcLabelType: video.number % 2 === 0 ? 2 : '1' }),
    ...(aigc === 'flag' && { IsAigc: true }),
    ...(duets !== null && { duetEnabled: duets, duetDisplay: duets ? 0 : 1 }),
    ...(stitches !== null && { stitchEnabled: stitches, stitchDisplay: stitches ? 0 : 1 }),
    shareEnabled: true,
    duetInfo: { duetFromId: duetFromId ?? '0' },
    ...(writing.length > 0 && { stickersOnItem: [{ stickerType: 4, stickerText: ['', ...writing] }] }),
  };
}

export const effectStickersPayload = (world: World, video: Video): Record<string, unknown> =>
  video.sticker === null
    ? {}
    : {
        effectStickers: [
          {
            ID: `${video.number + 1000}`,
            name: video.sticker,
            stickerStats: { useCount: videoExtrasOf(world, video).stickerUses },
          },
        ],
      };

export const commentExtrasPayload = (comment: Comment): Record<string, unknown> => ({
  image_list: comment.hasImage
    ? [{ origin_url: { url_list: [commentImageOf(comment), `${commentImageOf(comment)}?backup`] } }]
    : null,
  ...(comment.hasLabel && { label_text: labelOfAuthor, label_list: [{ text: labelOfAuthor, type: 1 }] }),
});

/** The prices by variants, beside the lowest price. */
export const skuPricesPayload = (product: Product): Record<string, unknown> =>
  Object.fromEntries(
    productExtrasOf(product).skus.map(({ id, price, originalPrice }) => [
      id,
      { sale_price_decimal: price, origin_price_decimal: originalPrice, discount_format: product.discount },
    ]),
  );

export type ShownPrice = Pick<Product, 'price' | 'originalPrice' | 'discount'>;

/** Variants as the newer pages have them. Some have only the state of their stock. */
export const newSkusPayload = (product: Product): unknown[] =>
  productExtrasOf(product).skus.map(({ id, colour, stock, saysOnlyState }) => ({
    sku_id: id,
    sku_name: colour,
    property_pairs: [{ sku_property_name: 'Colour', sku_property_value_name: colour }],
    sku_stock_status: stock > 0 ? 1 : 2,
    ...(!saysOnlyState && { sku_quantity: { available_quantity: stock } }),
  }));

export const oldSkusPayload = (product: Product, pricePayload: (price: ShownPrice) => unknown): unknown[] =>
  productExtrasOf(product).skus.map(({ id, colour, stock, price, originalPrice }) => ({
    sku_id: id,
    stock,
    price: pricePayload({ price, originalPrice, discount: product.discount }),
    sku_sale_props: [{ prop_name: 'Colour', prop_value: colour }],
  }));

export const productPropertiesPayload = ({ specifications }: ProductExtras): unknown[] =>
  specifications.map(([property_name, ...values]) => ({
    property_name,
    property_values: values.map((property_value_name) => ({ property_value_name })),
  }));

/** What stands beside `product_info`. @param reviews the first page of the list of reviews, if it is in the page */
export function productSurroundingsPayload(
  extras: ProductExtras,
  reviews: Record<string, unknown>,
): Record<string, unknown> {
  return {
    categories: extras.categories.map(({ id, name }) => ({ category_id: id, category_name: name })),
    review_info: { review_ratings: { rating_result: extras.stars }, ...reviews },
  };
}
