import type { Place } from '../json/place.ts';
import { isoOf } from '../json/scalar.ts';
import { readImageUrl } from './shop.ts';

/** A customer's review of a product. TikTok shortens the names of reviewers who ask for it. */
export interface Review {
  readonly reviewId: string;
  readonly productId: string | null;
  /** From 1 to 5; null if the site writes 0. */
  readonly rating: number | null;
  readonly text: string;
  readonly createTimeISO: string | null;
  readonly reviewerName: string | null;
  readonly country: string | null;
  readonly isVerifiedPurchase: boolean | null;
  /** Whether the author was rewarded for the review. */
  readonly isIncentivized: boolean | null;
  readonly skuId: string | null;
  readonly skuSpecification: string | null;
  readonly imageUrls: readonly string[];
}

export function readReview(review: Place): Review {
  const timeMs = review.at('review_time').count() ?? 0;
  return {
    reviewId: review.requireObject().at('review_id').requireId(),
    productId: review.at('product_id').id(),
    rating: review.at('review_rating').requireCount() || null,
    text: review.at('review_text').text() ?? '',
    createTimeISO: timeMs === 0 ? null : isoOf(Math.min(timeMs / 1000, latestTimeSecs)),
    reviewerName: review.at('reviewer_name').text(),
    country: review.at('review_country').text(),
    isVerifiedPurchase: review.at('is_verified_purchase').flag(),
    isIncentivized: review.at('is_incentivized_review').flag(),
    skuId: review.at('sku_id').id(),
    skuSpecification: review.at('sku_specification').text(),
    imageUrls: review
      .at('review_images')
      .list()
      .map(readImageUrl)
      .filter((url) => url !== null),
  };
}

/** The latest time that a `Date` can hold. A larger number must not throw. */
const latestTimeSecs = 8_640_000_000_000;
