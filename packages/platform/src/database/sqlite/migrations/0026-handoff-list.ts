/** The list of handoffs: those under way first, then by their end. */
export const handoffList = `
CREATE INDEX handoffs_by_end ON handoffs (coalesce(finished_at, 9007199254740991), id);
CREATE INDEX handoffs_by_user_and_end ON handoffs (user_id, coalesce(finished_at, 9007199254740991), id)`;
