export { type Address, type AddressKind, addressNames } from './addresses/address.ts';
export { type AddressOptions, addressOfUrl, type UrlReading } from './addresses/address-of-url.ts';
export { embedUrlOf, pageUrlOf, pageUrlsOf, tiktokUrl } from './addresses/page-url.ts';
export { isProfileOf, isVideoOf, notShown } from './addresses/proof.ts';
export {
  checkLanding,
  parseTarget,
  parseTargets,
  type RefusalReason,
  type TargetReading,
  type TargetsReading,
  type WrittenTarget,
} from './addresses/target.ts';
export type { TargetKind } from './addresses/target-kind.ts';
export { cleaned } from './addresses/written.ts';
export type { Captured } from './captured.ts';
export type { ProductSort, SearchDays, SearchFilter, SearchSort } from './lists/filters.ts';
export type * from './lists/list.ts';
export { type ListItems, type ListReader, readerOf } from './lists/list-reader.ts';
export { type ListRequest, requestOf, requestUrlOf } from './lists/list-request.ts';
export {
  type Advance,
  advance,
  beginning,
  defaultLimits,
  type EndReason,
  type Limits,
  type Next,
  type Progress,
} from './lists/progress.ts';
export { type Recognised, recognise } from './lists/recognise.ts';
export { categoryComponent, searchComponent, storeComponent } from './lists/shop-request.ts';
export { isWall, pageObstacleOf } from './obstacle.ts';
export * from './outcome.ts';
export type { Author, CommerceUserInfo } from './records/author.ts';
export type { Comment } from './records/comment.ts';
export type { CommentExtras } from './records/comment-extras.ts';
export type { Hashtag } from './records/hashtag.ts';
export type { Product, SaleProperty } from './records/product.ts';
export type { Category, ProductExtras, Sku, SkuProperty, Specification } from './records/product-extras.ts';
export type { Profile } from './records/profile.ts';
export type { Review } from './records/review.ts';
export type { Shop } from './records/shop.ts';
export type { Artist, MusicMeta, Sound } from './records/sound.ts';
export type { HashtagName, Mention } from './records/text-extra.ts';
export { derivedTrend, type TrendingSound } from './records/trending-sound.ts';
export type { EffectSticker, Video } from './records/video.ts';
export type { Challenge, VideoExtras } from './records/video-extras.ts';
export type { MediaFormat, SubtitleLink, VideoMeta } from './records/video-media.ts';
export { parseCommentList } from './responses/comment-list.ts';
export { parseHashtagDetail, parseHashtagPage, parseSoundDetail, parseSoundPage } from './responses/details.ts';
export { parseEmbedPage } from './responses/embed-page.ts';
export { regionOfPage } from './responses/page-region.ts';
export {
  type ProfileSource,
  parseEmbeddedProfile,
  parseProfilePage,
  parseUserDetail,
  type ShownProfile,
} from './responses/profile-page.ts';
export { parseGeneralSearch, parseUserSearch, parseVideoSearch } from './responses/search-lists.ts';
export { parseProductList, parseReviewList } from './responses/shop-lists.ts';
export {
  parseProductPage,
  parseReviewsInPage,
  parseShopSearchPage,
  parseStorePage,
  type StorePage,
} from './responses/shop-page.ts';
export { parseSoundRanks } from './responses/sound-ranks.ts';
export { parseUserList } from './responses/user-list.ts';
export {
  parseCreatorList,
  parseFeed,
  parseRelated,
  parseVideoList,
  type RelatedVideo,
} from './responses/video-lists.ts';
export { parseVideoDetail, parseVideoPage } from './responses/video-page.ts';
