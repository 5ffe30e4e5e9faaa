/** The schedules that start an Actor or a task. */
export function ScheduleList(_: { readonly actorId?: string; readonly taskId?: string }) {
  return null;
}
