/** What is kept of a repeated request is the response to it. Only the names of the columns change. */
export const responses = `
ALTER TABLE idempotency_keys RENAME COLUMN answer_json TO response_json;
ALTER TABLE commits RENAME COLUMN answer_json TO response_json`;
