/** What names and ids look like. */

/** TikTok's own limits are narrower today, but older accounts have other names. */
export const isName = (text: string): boolean => /^[\p{L}\p{N}_.]{1,64}$/u.test(text);

/** `MS4wLjABAAAA` is base64 for the version and the length that each begins with. */
export const isSecUid = (text: string): boolean => /^MS4wLjABAAAA[\w-]{20,120}$/.test(text);

/** Ids of posts, sounds and products, and of accounts made in the last years, have 19 digits; old accounts' have fewer. */
export const isLongId = (text: string): boolean => /^\d{15,20}$/.test(text);

export const isUserId = (text: string): boolean => /^\d{5,20}$/.test(text);

/** Hashtags hold letters, digits and marks of any script, and emoji, but no spaces and no marks of sentences. */
export const isHashtag = (text: string): boolean =>
  /^(?:[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}_]|\u200d){1,150}$/u.test(text);
