/** Whether a run that is being ended is one that nobody uses: it has succeeded, and was not aborted. */
export const idleEnds = `
ALTER TABLE runs ADD COLUMN ends_idle INTEGER NOT NULL DEFAULT 0`;
