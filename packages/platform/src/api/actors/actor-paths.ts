/** Apify's API has two paths for Actors; clients use both. */
export const actorPaths = ['/v2/acts', '/v2/actors'] as const;
