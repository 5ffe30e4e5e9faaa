import type {
  Author,
  Comment,
  Hashtag,
  Product,
  Profile,
  RelatedVideo,
  Review,
  Shop,
  ShownProfile,
  Sound,
  TrendingSound,
  Video,
} from '@wherry/tiktok';
import type { ItemPlace } from '../payloads/item-payload.ts';
import { categoryOf, productsOfCategory } from '../world/category.ts';
import { commentsOf, repliesOf, threadOfId } from '../world/comment.ts';
import { formsOf } from '../world/form.ts';
import * as lists from '../world/lists.ts';
import { productNumberOfId, productOf } from '../world/product.ts';
import { ranksOf } from '../world/ranks.ts';
import { productsOfSeller } from '../world/seller.ts';
import { profileLinkCode, videoLinkCode } from '../world/short-link.ts';
import { hashtagNumberOfName, hashtagOf, soundNumberOfId, soundOf } from '../world/topic.ts';
import { isShell, postCountOf, type User, userOf } from '../world/user.ts';
import { type VideoState, videoNumberOf, videoNumberOfId, videoOf } from '../world/video.ts';
import type { World } from '../world/world.ts';
import { commentTruth } from './comment-truth.ts';
import { listedProductTruth, productTruth, reviewTruth, shopTruth } from './product-truth.ts';
import { hashtagTruth, rankTruth, soundTruth } from './topic-truth.ts';
import { embeddedTruth, foundUserTruth, profileTruth } from './user-truth.ts';
import { videoTruth } from './video-truth.ts';

/** What a reader of the site must find, as records of `@wherry/tiktok`. Users and products are named by numbers. */
export class Truth {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The data of a user, with the state that decides what its page shows. */
  user = (number: number): User => userOf(this.world, number);

  /** The names by which users are known; for renamed users, the old names. */
  usernames = (count: number, first = 0): string[] =>
    Array.from({ length: count }, (_, index) => userOf(this.world, first + index).formerName);

  /** The record of a user in a list of users. */
  listedProfile = (number: number): Profile => profileTruth(this.world, userOf(this.world, number));

  /** Whether the page `/@name` of a user comes without the user's data. */
  isShell = (number: number): boolean => isShell(this.world, number);

  /** What is read of a user by name, by other pages of the user, and by the response to the script of the page. */
  profile(number: number, by: 'name' | 'secUid' | 'detail' = 'name'): ShownProfile {
    if (by === 'name' && this.isShell(number)) return embeddedTruth(userOf(this.world, number));
    return { ...this.listedProfile(number), source: by === 'detail' ? 'detail' : 'page' };
  }

  /** The records in a list of a user's posts, in the order of the list. */
  videosOf = (number: number, sort: lists.Sort = 'latest', count = Number.POSITIVE_INFINITY): Video[] =>
    this.#videos(lists.postsOf(this.world, number, sort).slice(0, count));

  /** The posts of a user that lists omit, and why. */
  hiddenVideosOf(number: number): { id: string; state: VideoState }[] {
    const all = Array.from({ length: postCountOf(this.world, number) }, (_, ordinal) => videoNumberOf(number, ordinal));
    return all.map((each) => videoOf(this.world, each)).filter(({ state }) => state !== 'public');
  }

  /** The record of a post's own page. */
  video(id: string): Video {
    const number = this.#require(videoNumberOfId(this.world, id), 'video', id);
    const place: ItemPlace = formsOf(this.world, 'video', number).isLegacyPage ? 'legacy' : 'page';
    return videoTruth(this.world, number, place);
  }

  /** What the site shows beside a post, which is not related to itself. */
  relatedVideos = (id: string): RelatedVideo[] => {
    const number = this.#require(videoNumberOfId(this.world, id), 'video', id);
    const others = lists.relatedVideos(this.world, number).filter((each) => each !== number);
    return this.#videos(others).map((video) => ({ ...video, relatedTo: id }));
  };

  hashtagName = (number: number): string => hashtagOf(this.world, number).name;
  hashtag = (name: string): Hashtag => hashtagTruth(this.world, this.#hashtag(name));
  hashtagVideos = (name: string): Video[] => this.#videos(lists.hashtagPosts(this.world, this.#hashtag(name)));

  soundId = (number: number): string => soundOf(this.world, number).id;
  sound = (id: string): Sound => soundTruth(this.world, this.#sound(id));
  soundVideos = (id: string): Video[] => this.#videos(lists.soundPosts(this.world, this.#sound(id)));

  commentsOf(videoId: string): Comment[] {
    const video = this.#require(videoNumberOfId(this.world, videoId), 'video', videoId);
    return commentsOf(this.world, video).map((number) => commentTruth(this.world, number));
  }

  repliesOf(commentId: string): Comment[] {
    const comment = this.#require(threadOfId(this.world, commentId), 'comment', commentId);
    return repliesOf(this.world, comment).map((number) => commentTruth(this.world, number));
  }

  followersOf = (number: number): Profile[] =>
    lists.connectedUsers(this.world, number, 'followers').map((each) => this.listedProfile(each));

  /** Null if the user hides them. */
  followingOf = (number: number): Profile[] | null =>
    lists.hidesFollowing(this.world, number)
      ? null
      : lists.connectedUsers(this.world, number, 'following').map((each) => this.listedProfile(each));

  foundVideos = (keyword: string, narrowing?: lists.Narrowing): Video[] =>
    this.#videos(lists.foundVideos(this.world, keyword, narrowing));
  foundUsers = (keyword: string): Author[] =>
    lists.foundUsers(this.world, keyword).map((each) => foundUserTruth(userOf(this.world, each)));

  /** The records of the feed's page that is requested as number `ordinal`, from 0. */
  feed = (feed: 'recommended' | 'explored', ordinal: number): Video[] =>
    this.#videos(lists.feedPage(this.world, feed, ordinal));

  productId = (number: number): string => productOf(this.world, number).id;
  isSoldHere = (number: number): boolean => productOf(this.world, number).isSoldHere;
  product = (number: number): Product => productTruth(this.world, number);
  foundProducts = (keyword: string, how?: Parameters<typeof lists.foundProducts>[2]): Product[] =>
    lists.foundProducts(this.world, keyword, how).map((each) => listedProductTruth(this.world, each));

  /** The path of a category's page. Categories are named by numbers, from 0. */
  categoryPath = (number: number): string => `/shop/c/${categoryOf(number).word}/${categoryOf(number).id}`;
  categoryProducts = (number: number): Product[] =>
    productsOfCategory(this.world, categoryOf(number)).map((each) => listedProductTruth(this.world, each));

  /** Stores are named by numbers too. */
  shop = (number: number): Shop => shopTruth(this.world, number);
  shopProducts = (number: number): Product[] =>
    productsOfSeller(this.world, number).map((each) => listedProductTruth(this.world, each));

  reviewsOf(productId: string): Review[] {
    const number = this.#require(productNumberOfId(this.world, productId), 'product', productId);
    const { reviews } = productOf(this.world, number);
    return Array.from({ length: reviews }, (_, ordinal) => reviewTruth(this.world, number, ordinal));
  }

  soundRanks = (countryCode: string, periodDays: number, forBusiness = false): TrendingSound[] =>
    ranksOf(this.world, countryCode, periodDays, forBusiness).map((rank) =>
      rankTruth(this.world, countryCode, periodDays, rank),
    );

  /** The paths of the app's short links to these. */
  profileLink = (number: number): string => `/t/${profileLinkCode(number)}`;
  videoLink = (id: string): string => `/t/${this.videoCode(id)}`;
  /** The codes of short links that a host of TikTok knows. */
  profileCode = profileLinkCode;
  videoCode = (id: string, host?: string): string =>
    videoLinkCode(this.#require(videoNumberOfId(this.world, id), 'video', id), host);

  #videos = (numbers: readonly number[]): Video[] => numbers.map((number) => videoTruth(this.world, number));
  #hashtag = (name: string): number => this.#require(hashtagNumberOfName(this.world, name), 'hashtag', name);
  #sound = (id: string): number => this.#require(soundNumberOfId(this.world, id), 'sound', id);

  #require(number: number | undefined, noun: string, id: string): number {
    if (number === undefined) throw new Error(`The stand-in site has no ${noun} ${id}.`);
    return number;
  }
}
