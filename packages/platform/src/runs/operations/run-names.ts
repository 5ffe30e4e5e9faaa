import { defineRead } from '../../database/operation.ts';
import { one, type Sql } from '../../database/sql.ts';

type Names = Readonly<Record<string, string>>;

/** The names of Actors and users, by their ids. A deleted Actor has none. */
export const namesOf = defineRead(
  'runs.names',
  function* (named: readonly { readonly actorId: string; readonly userId: string }[]) {
    const actors = yield* namesIn('SELECT name FROM actors WHERE id = ?', new Set(named.map(({ actorId }) => actorId)));
    const users = yield* namesIn(
      'SELECT username AS name FROM users WHERE id = ?',
      new Set(named.map(({ userId }) => userId)),
    );
    return { actors, users };
  },
);

function* namesIn(select: string, ids: ReadonlySet<string>): Sql<Names> {
  const names: [string, string][] = [];
  for (const id of ids) {
    const row = yield* one<{ name: string }>(select, id);
    if (row !== undefined) names.push([id, row.name]);
  }
  return Object.fromEntries(names);
}
