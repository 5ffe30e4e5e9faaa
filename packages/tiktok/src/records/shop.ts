import type { Place } from '../json/place.ts';

export interface Shop {
  readonly sellerId: string | null;
  readonly name: string | null;
  readonly logoUrl: string | null;
  readonly url: string | null;
  readonly soldCount: number | null;
  readonly reviewCount: number | null;
  readonly productCount: number | null;
}

/** Of a product's page of today: `seller_model` and `shop_info`. */
export const readShop = (seller: Place, info: Place): Shop => ({
  sellerId: info.at('seller_id').id() ?? seller.at('seller_id').id(),
  name: seller.at('shop_name').text() ?? info.at('shop_name').text(),
  logoUrl: readImageUrl(seller.at('shop_logo')),
  url: info.at('shop_link').text(),
  soldCount: info.at('sold_count').count(),
  reviewCount: info.at('review_count').count(),
  productCount: info.at('on_sell_product_count').count(),
});

/** Of an entry of a list of products: `seller_info`. */
export const readListedShop = (seller: Place): Shop | null =>
  seller.isObject
    ? {
        ...noShop,
        ...{ sellerId: seller.at('seller_id').id(), name: seller.at('shop_name').text() },
        logoUrl: readImageUrl(seller.at('shop_logo')),
      }
    : null;

/** Of an older product's page, which has only the shop's name. */
export const readNamedShop = (seller: Place): Shop | null =>
  seller.isObject ? { ...noShop, name: seller.at('name').text() } : null;

const noShop: Shop = {
  ...{ sellerId: null, name: null, logoUrl: null, url: null },
  ...{ soldCount: null, reviewCount: null, productCount: null },
};

/** Pictures are `{ url_list }`, or the address itself. */
export const readImageUrl = (image: Place): string | null =>
  image.isObject ? (image.at('url_list').list()[0]?.text() ?? null) : image.text();
