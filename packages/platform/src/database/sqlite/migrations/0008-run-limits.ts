/** What the limits of starts count: a user's runs that are not over, and those that another run has started. */
export const runLimits = `
CREATE INDEX runs_unfinished_by_user ON runs (user_id) WHERE finished_at IS NULL;
CREATE INDEX runs_unfinished_by_starter ON runs (started_by_run_id)
  WHERE finished_at IS NULL AND started_by_run_id IS NOT NULL`;
