import type { Place } from '../json/place.ts';
import { readImageUrl } from './shop.ts';

/** What else a comment has. Lists are empty, and the address null, if the response does not have them. */
export interface CommentExtras {
  readonly imageUrls: readonly string[];
  /** Words that TikTok writes next to the name, such as that of the video's author. */
  readonly labels: readonly string[];
  readonly shareUrl: string | null;
}

export function readCommentExtras(comment: Place): CommentExtras {
  const shareUrl = comment.at('share_info', 'url').text();
  const labels = [
    comment.at('label_text'),
    ...comment
      .at('label_list')
      .list()
      .map((label) => label.at('text')),
  ];
  return {
    imageUrls: comment
      .at('image_list')
      .list()
      .map((image) => readImageUrl(image.firstOf('origin_url', 'crop_url')))
      .filter((url) => url !== null)
      .filter((url) => url !== ''),
    labels: [
      ...new Set(
        labels
          .map((label) => label.text())
          .filter((text) => text !== null)
          .filter((text) => text !== ''),
      ),
    ],
    shareUrl: shareUrl === '' ? null : shareUrl,
  };
}
