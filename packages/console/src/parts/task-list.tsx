/** The tasks of an Actor. */
export function TaskList(_: { readonly actorId: string }) {
  return null;
}
