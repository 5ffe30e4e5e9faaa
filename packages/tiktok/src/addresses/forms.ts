/** The forms of names and ids. */

/** TikTok's present rules are stricter, but older accounts have other names. */
export const isName = (text: string): boolean => /^[\p{L}\p{N}_.]{1,64}$/u.test(text);

/** `MS4wLjABAAAA` is base64 for the version and the length at the start of each. */
export const isSecUid = (text: string): boolean => /^MS4wLjABAAAA[\w-]{20,120}$/.test(text);

/** Ids of posts, sounds, products and recent accounts have 19 digits; ids of old accounts have fewer. */
export const isLongId = (text: string): boolean => /^\d{15,20}$/.test(text);

export const isUserId = (text: string): boolean => /^\d{5,20}$/.test(text);

/** Hashtags contain letters, digits and marks of any script, and emoji, but no spaces and no punctuation. */
export const isHashtag = (text: string): boolean =>
  /^(?:[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}_]|\u200d){1,150}$/u.test(text);
