/** The webhooks of an Actor or a task with a form for new ones. */
export function WebhookList(_: { readonly actorId?: string; readonly taskId?: string }) {
  return null;
}
