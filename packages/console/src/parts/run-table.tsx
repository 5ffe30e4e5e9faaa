/** Runs of the account, or of an Actor or a task: a table with filter by status and pages. */
export function RunTable(_: { readonly actorId?: string; readonly taskId?: string; readonly limit?: number }) {
  return null;
}
