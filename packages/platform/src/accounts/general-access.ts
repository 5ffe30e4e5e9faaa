/**
 * What `generalAccess` of a run or a storage lets visitors read: callers without a token (source: docs.apify.com, "General
 * resource access").
 *
 * [visitor-1] a visitor reads what `generalAccess` shares, or what a signature of the URL opens, and nothing else.
 * [visitor-2] a visitor cannot find out whether something exists that is not shared: both get the same refusal.
 */
export const generalAccesses = [
  'ANYONE_WITH_ID_CAN_READ',
  'ANYONE_WITH_NAME_CAN_READ',
  'FOLLOW_USER_SETTING',
  'RESTRICTED',
] as const;

/** Whether visitors may read a resource that the URL names by its id or by its name. An account's own setting is RESTRICTED. */
export const isShared = (generalAccess: string, namedBy: 'id' | 'name'): boolean =>
  generalAccess === 'ANYONE_WITH_NAME_CAN_READ' || (generalAccess === 'ANYONE_WITH_ID_CAN_READ' && namedBy === 'id');
