/** What lists are filtered by: dispatches by run, tasks by Actor, schedules by what they start. */
export const filters = `
-- The run that an event is about; null for one of a build.
ALTER TABLE webhook_events ADD COLUMN run_id TEXT;
UPDATE webhook_events SET run_id = json_extract(data_json, '$.actorRunId');
CREATE INDEX webhook_events_by_run ON webhook_events (run_id) WHERE run_id IS NOT NULL;

-- A public Actor has tasks of many users.
DROP INDEX actor_tasks_by_actor;
CREATE INDEX actor_tasks_by_actor ON actor_tasks (actor_id, user_id, created_at, id);

-- Each Actor or task that an action of the schedule starts, once.
CREATE TABLE schedule_targets (
  schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
  target_id TEXT NOT NULL,
  -- Of the schedule: a public Actor is started by those of many users.
  user_id TEXT NOT NULL,
  PRIMARY KEY (schedule_id, target_id)
) WITHOUT ROWID;
CREATE INDEX schedule_targets_by_target ON schedule_targets (target_id, user_id);
INSERT INTO schedule_targets (schedule_id, target_id, user_id)
  SELECT DISTINCT schedules.id, coalesce(json_extract(value, '$.actorId'), json_extract(value, '$.actorTaskId')), user_id
    FROM schedules, json_each(actions_json)`;
