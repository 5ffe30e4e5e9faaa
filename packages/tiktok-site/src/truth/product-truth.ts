import type { Product as ProductRecord, Review, Shop } from '@wherry/tiktok';
import { productSeoUrlOf, skuIdsOf } from '../payloads/product-payload.ts';
import { type Product, productOf, reviewOf } from '../world/product.ts';
import type { World } from '../world/world.ts';

const noShop: Shop = {
  ...{ sellerId: null, name: null, logoUrl: null, url: null },
  ...{ soldCount: null, reviewCount: null, productCount: null },
};

const shared = (product: Product) => ({
  ...{ productId: product.id, title: product.title, price: product.price, originalPrice: product.originalPrice },
  ...{ discount: product.discount, currency: 'USD', soldCount: product.sold, rating: product.rating },
  reviewCount: product.reviews,
});

/** What a product's page says, whichever its generation. */
export function productTruth(world: World, number: number): ProductRecord {
  const product = productOf(world, number);
  return {
    ...shared(product),
    url: `https://www.tiktok.com/view/product/${product.id}`,
    shippingFee: product.isOldPage ? product.shippingFee : null,
    ...{ imageUrls: product.images, description: product.paragraphs.join('\n') },
    skuIds: skuIdsOf(product.id, product.skus),
    shop: product.isOldPage ? { ...noShop, name: product.seller.name } : shopTruth(product),
  };
}

function shopTruth({ seller }: Product): Shop {
  return {
    ...{ sellerId: seller.id, name: seller.name, logoUrl: seller.logo, url: seller.link },
    ...{ soldCount: seller.sold, reviewCount: seller.reviews, productCount: seller.products },
  };
}

/** What a list says. */
export function listedProductTruth(world: World, number: number): ProductRecord {
  const product = productOf(world, number);
  const { id, name, logo } = product.seller;
  return {
    ...shared(product),
    ...{ url: productSeoUrlOf(product), shippingFee: null, imageUrls: product.images.slice(0, 1) },
    ...{ description: null, skuIds: [], shop: { ...noShop, sellerId: id, name, logoUrl: logo } },
  };
}

export function reviewTruth(world: World, product: number, ordinal: number): Review {
  const review = reviewOf(world, product, ordinal);
  return {
    ...{ reviewId: review.id, productId: productOf(world, product).id, rating: review.rating, text: review.text },
    ...{ createTimeISO: new Date(review.timeSecs * 1000).toISOString(), reviewerName: review.reviewer },
    ...{ skuSpecification: review.sku, imageUrls: review.images },
  };
}
