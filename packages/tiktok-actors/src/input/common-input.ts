import { readFile } from 'node:fs/promises';
import type { ProxyConfigurationOptions } from 'apify';
import { log } from 'crawlee';
import type { OutputInput } from '../output/item-output.ts';
import type { InputAliases } from './input-aliases.ts';

/** The input fields that all TikTok Actors have. */
export interface CommonInput extends OutputInput {
  /** A country, as two capital letters. */
  readonly region?: string;
  readonly proxyConfiguration?: ProxyConfigurationOptions & { readonly useApifyProxy?: boolean };
  /** How many pages are read at once. */
  readonly maxConcurrency?: number;
  /** Where failed inputs go: into the dataset, or into the record `FAILED`. */
  readonly failedInputs?: FailuresGoTo;
}

export type FailuresGoTo = 'dataset' | 'record';

/**
 * Warns about fields of the input that have no effect: Apify accepts them, and users of other TikTok Actors may have some.
 * Resolves with their names. Known fields are those of the Actor's input schema in its working directory. Without a schema there is no warning.
 */
export async function warnOfUnknownFields(
  input: object,
  { aliases, refused }: InputAliases = {},
): Promise<readonly string[]> {
  const declared = { ...aliases, ...refused };
  const unknown = unknownFields(input, await schemaText()).filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0)
    log.warning(`These fields of the input are unknown and have no effect: ${unknown.join(', ')}.`);
  return unknown;
}

export function unknownFields(input: object, schema: string | null): string[] {
  if (schema === null) return [];
  const { properties = {} } = JSON.parse(schema) as { properties?: object };
  return Object.keys(input).filter((name) => !Object.hasOwn(properties, name));
}

const schemaText = (): Promise<string | null> => readFile('.actor/input_schema.json', 'utf8').catch(() => null);
