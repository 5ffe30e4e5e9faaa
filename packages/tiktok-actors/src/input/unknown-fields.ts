import { readFile } from 'node:fs/promises';
import { log } from 'crawlee';

/**
 * Says which fields of an input have no effect: Apify lets them pass, and whoever comes from another TikTok Actor may have
 * some. The Actor's own schema, in its working directory, says what is known; without it, nothing is said.
 */
export async function warnOfUnknownFields(input: object): Promise<void> {
  const unknown = unknownFields(input, await schemaText());
  if (unknown.length > 0)
    log.warning(`These fields of the input are not known here, and have no effect: ${unknown.join(', ')}.`);
}

export function unknownFields(input: object, schema: string | null): string[] {
  if (schema === null) return [];
  const { properties = {} } = JSON.parse(schema) as { properties?: object };
  return Object.keys(input).filter((name) => !Object.hasOwn(properties, name));
}

const schemaText = (): Promise<string | null> => readFile('.actor/input_schema.json', 'utf8').catch(() => null);
