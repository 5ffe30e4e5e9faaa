/** Apify's API spells Actors in two ways; both are in use. */
export const actorPaths = ['/v2/acts', '/v2/actors'] as const;
