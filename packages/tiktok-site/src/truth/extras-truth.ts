/** The expected extra fields of records. */
import type { CommentExtras, ProductExtras, Review, VideoExtras } from '@wherry/tiktok';
import { commentShareUrlOf, labelOfAuthor } from '../payloads/extras-payload.ts';
import { type Comment, commentImageOf } from '../world/comment.ts';
import { formsOf } from '../world/form.ts';
import type { Product } from '../world/product.ts';
import { productExtrasOf } from '../world/product-extras.ts';
import { hashtagOf } from '../world/topic.ts';
import type { Video } from '../world/video.ts';
import { videoExtrasOf } from '../world/video-extras.ts';
import type { World } from '../world/world.ts';

export function videoExtrasTruth(world: World, video: Video): VideoExtras {
  const { aigc, duets, stitches, duetFromId, writing } = videoExtrasOf(world, video);
  return {
    // Without the list, the text has only the names.
    challenges: (formsOf(world, 'video', video.number).hasExtrasInContents ? [] : video.hashtags).map((number) => {
      const { id, name, description } = hashtagOf(world, number);
      return { id, name, description: description === '' ? null : description, coverUrl: null };
    }),
    isAigc: aigc === null ? null : aigc !== 'no',
    aigcLabelType: aigc === 'label' ? (video.number % 2 === 0 ? 2 : 1) : null,
    aigcDescription: aigc === 'description' ? 'Made with a tool' : null,
    duetEnabled: duets,
    stitchEnabled: stitches,
    shareEnabled: true,
    duetFromId,
    stickerTexts: writing,
  };
}

export const effectStickersTruth = (world: World, video: Video) =>
  video.sticker === null
    ? []
    : [{ id: `${video.number + 1000}`, name: video.sticker, useCount: videoExtrasOf(world, video).stickerUses }];

export const commentExtrasTruth = (comment: Comment, videoId: string): CommentExtras => ({
  imageUrls: comment.hasImage ? [commentImageOf(comment)] : [],
  labels: comment.hasLabel ? [labelOfAuthor] : [],
  shareUrl: commentShareUrlOf(videoId),
});

/** Some pages have their product outside of the components, without what is beside it. @param reviews of the product */
export function productExtrasTruth(product: Product, reviews: readonly Review[]): ProductExtras {
  const { skus, specifications, categories, stars, pageReviews } = productExtrasOf(product);
  const isAlone = product.number % 5 === 4;
  return {
    skus: skus.map(({ id, colour, price, originalPrice, stock, saysOnlyState }) => ({
      skuId: id,
      name: colour,
      properties: [{ name: 'Colour', value: colour }],
      price,
      originalPrice,
      discount: product.discount,
      stock: saysOnlyState && !product.isOldPage ? null : stock,
      isInStock: stock > 0,
    })),
    specifications: product.isOldPage ? [] : specifications.map(([name, ...values]) => ({ name: name!, values })),
    categories: isAlone ? [] : categories,
    starDistribution: isAlone ? null : stars,
    pageReviews: isAlone ? [] : reviews.slice(0, pageReviews),
  };
}

export const noProductExtras: ProductExtras = {
  skus: [],
  specifications: [],
  categories: [],
  starDistribution: null,
  pageReviews: [],
};
