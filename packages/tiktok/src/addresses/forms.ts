/** The forms of names and ids. */

/** TikTok's present rules are stricter, but older accounts have other names. No name ends with a full stop. */
export const isName = (text: string): boolean => /^[\p{L}\p{N}\p{M}_.]{0,63}[\p{L}\p{N}\p{M}_]$/u.test(text);

/** `MS4wLjABAAAA` is base64 for the version and the length at the start of each. */
export const isSecUid = (text: string): boolean => /^MS4wLjABAAAA[\w-]{20,120}$/.test(text);

/** Ids of posts, sounds, products and recent accounts have 19 digits; ids of old accounts have fewer. */
export const isLongId = (text: string): boolean => /^\d{15,20}$/.test(text);

/** Accounts and sounds from the time before TikTok have ids of fewer digits. */
export const isShortId = (text: string): boolean => /^\d{5,20}$/.test(text);

/** Categories of the shop have six digits in all public URLs (2025, 2026). */
export const isCategoryId = (text: string): boolean => /^\d{5,12}$/.test(text);

/** Codes of short links have six characters or more; old ones have no `Z` at their beginning. */
export const isLinkCode = (text: string): boolean => /^[\w-]{4,40}$/.test(text);

/**
 * Hashtags contain letters, digits and marks of any script, and emoji, but no spaces and no punctuation. Emoji may be composed:
 * joined people (U+200D), flags of letters, and flags of regions with tags (U+E0020 to U+E007F). U+200C is part of Persian words.
 */
export const isHashtag = (text: string): boolean => hashtag.test(text) && visible.test(text);

const hashtag =
  /^(?:[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}_]|\u200c|\u200d|[\u{e0020}-\u{e007f}]){1,150}$/u;
const visible = /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}_]/u;
