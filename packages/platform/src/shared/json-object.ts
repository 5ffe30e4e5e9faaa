export type JsonObject = Record<string, unknown>;

/** Whether a value is an object in JSON's sense: neither null nor an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
