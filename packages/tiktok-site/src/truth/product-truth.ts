import type { Product as ProductRecord, Review, Shop } from '@wherry/tiktok';
import { coloursOf, hasReviewNumber, hasSymbolsOnly, productSeoUrlOf, skuIdOf } from '../payloads/product-payload.ts';
import { type Product, productOf, reviewOf } from '../world/product.ts';
import { skuIdsOf } from '../world/product-extras.ts';
import { type Seller, sellerOf } from '../world/seller.ts';
import type { World } from '../world/world.ts';
import { noProductExtras, productExtrasTruth } from './extras-truth.ts';

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

const shared = (product: Product) => ({
  productId: product.id,
  title: product.title,
  price: product.price,
  originalPrice: product.originalPrice,
  discount: product.discount,
  currency: 'USD',
  currencySymbol: '$',
  soldCount: product.sold,
  rating: product.reviews === 0 ? null : product.rating,
  reviewCount: product.reviews,
  reviewCountText: null,
});

/** What an older page has in another form. */
const oldTruth = (product: Product): Partial<ProductRecord> => ({
  currency: hasSymbolsOnly(product) ? null : 'USD',
  currencySymbol: hasSymbolsOnly(product) ? '$' : null,
  reviewCount: product.reviews >= 1000 && !hasReviewNumber(product) ? null : product.reviews,
  reviewCountText: product.reviews >= 1000 ? '(1.2K)' : `(${product.reviews})`,
  shop: {
    ...noShop,
    sellerId: product.seller.id,
    name: product.seller.name,
    logoUrl: product.seller.logo,
    productCount: product.seller.products,
  },
});

/** The expected record of a product's page of either generation. */
export function productTruth(world: World, number: number): ProductRecord {
  const product = productOf(world, number);
  const reviews = Array.from({ length: product.reviews }, (_, ordinal) => reviewTruth(world, number, ordinal));
  return {
    ...shared(product),
    url: `https://www.tiktok.com/view/product/${product.id}`,
    shippingFee: product.shippingFee,
    imageUrls: product.images,
    description: product.paragraphs.join('\n'),
    skuIds: skuIdsOf(product.id, product.skus),
    saleProperties: [{ name: 'Colour', values: coloursOf(product) }],
    ...productExtrasTruth(product, reviews),
    shop: shopOf(product.seller),
    ...(product.isOldPage && oldTruth(product)),
  };
}

export const shopTruth = (world: World, seller: number): Shop => shopOf(sellerOf(world, seller));

function shopOf(seller: Seller): Shop {
  return {
    sellerId: seller.id,
    name: seller.name,
    logoUrl: seller.logo,
    url: seller.link,
    description: seller.description,
    region: 'US',
    rating: seller.rating,
    soldCount: seller.sold,
    reviewCount: seller.reviews,
    productCount: seller.products,
    followerCount: seller.followers,
    videoCount: seller.videos,
  };
}

/** The expected record of an entry of a list. */
export function listedProductTruth(world: World, number: number): ProductRecord {
  const product = productOf(world, number);
  const { id, name, logo } = product.seller;
  return {
    ...shared(product),
    url: productSeoUrlOf(product),
    shippingFee: null,
    imageUrls: product.images.slice(0, 1),
    description: null,
    skuIds: [],
    saleProperties: [],
    ...noProductExtras,
    shop: { ...noShop, sellerId: id, name, logoUrl: logo },
  };
}

export function reviewTruth(world: World, product: number, ordinal: number): Review {
  const review = reviewOf(world, product, ordinal);
  return {
    reviewId: review.id,
    productId: productOf(world, product).id,
    rating: review.rating,
    text: review.text,
    createTimeISO: new Date(review.timeSecs * 1000).toISOString(),
    reviewerName: review.reviewer,
    skuSpecification: review.sku,
    imageUrls: review.images,
    country: review.country,
    skuId: skuIdOf(world, product, review),
    isVerifiedPurchase: review.isVerified,
    isIncentivized: review.isIncentivized,
  };
}
