/** The runs that one user has of an Actor, which others may start too, are counted and walked by an index. */
export const runsOfActors = `
DROP INDEX runs_by_actor;
CREATE INDEX runs_by_actor ON runs (actor_id, user_id, started_at, id)`;
