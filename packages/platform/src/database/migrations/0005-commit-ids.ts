/** What tells two commits apart that were sent with the same number. */
export const commitIds = `
ALTER TABLE commits ADD COLUMN id TEXT`;
