import type { Place } from '../json/place.ts';

export interface Shop {
  readonly sellerId: string | null;
  readonly name: string | null;
  readonly logoUrl: string | null;
  readonly url: string | null;
  readonly description: string | null;
  readonly region: string | null;
  readonly rating: number | null;
  readonly soldCount: number | null;
  readonly reviewCount: number | null;
  readonly productCount: number | null;
  readonly followerCount: number | null;
  readonly videoCount: number | null;
}

/** Reads `seller_model` and `shop_info`. A store's page has only the latter, and a product's page may have only the former. */
export const readShop = (seller: Place, info: Place, sellerId: string | null = null): Shop => ({
  sellerId: info.at('seller_id').id() ?? seller.at('seller_id').id() ?? sellerId,
  name: seller.at('shop_name').text() ?? info.at('shop_name').text(),
  logoUrl: readImageUrl(seller.at('shop_logo')) ?? readImageUrl(info.at('shop_logo')),
  url: info.at('shop_link').text(),
  description: info.at('desc').text(),
  region: info.at('region').text(),
  rating: info.at('shop_rating').positive(),
  soldCount: info.at('sold_count').count(),
  reviewCount: info.at('review_count').count(),
  productCount: info.at('on_sell_product_count').count(),
  followerCount: info.at('followers_count').count(),
  videoCount: info.at('video_count').count(),
});

/** Reads `seller_info` in an entry of a list of products. */
export const readListedShop = (seller: Place): Shop | null =>
  seller.isObject
    ? {
        ...noShop,
        sellerId: seller.at('seller_id').id(),
        name: seller.at('shop_name').text(),
        logoUrl: readImageUrl(seller.at('shop_logo')),
      }
    : null;

/** Reads `seller` of an older page of a product, and the id beside it. */
export function readOldShop(seller: Place, sellerId: string | null): Shop | null {
  if (!seller.isObject && sellerId === null) return null;
  return {
    ...noShop,
    sellerId: seller.at('seller_id').id() ?? sellerId,
    name: seller.at('name').text(),
    logoUrl: readImageUrl(seller.at('avatar')),
    productCount: seller.at('product_count').count(),
  };
}

const noShop: Shop = {
  sellerId: null,
  name: null,
  logoUrl: null,
  url: null,
  description: null,
  region: null,
  rating: null,
  soldCount: null,
  reviewCount: null,
  productCount: null,
  followerCount: null,
  videoCount: null,
};

/** A picture is `{ url_list }`, or its URL. */
export const readImageUrl = (image: Place): string | null =>
  image.isObject ? (image.at('url_list').list()[0]?.text() ?? null) : image.text();
