/** Apify's API has two paths for Actors; clients use both. */
export const actorPaths = ['/v2/acts', '/v2/actors'] as const;

export const taskPath = '/v2/actor-tasks';

/** What runs can be started of: their lists and starts are below. */
export const startPaths = [...actorPaths.map((path) => `${path}/:actorId`), `${taskPath}/:actorTaskId`];
