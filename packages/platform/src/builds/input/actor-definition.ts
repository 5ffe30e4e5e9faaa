import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../shared/errors.ts';
import { BuildFailure } from '../steps/build-failure.ts';
import { parseObject, readText } from '../steps/package-file.ts';
import { schemaChecks } from './input.ts';

export interface ActorDefinition {
  readonly definition: Readonly<Record<string, unknown>> | null;
  readonly inputSchema: Readonly<Record<string, unknown>> | null;
  readonly readme: string | null;
}

const maxReadmeChars = 200_000;
/** Input schemas that were found valid, as JSON. */
const checkedSchemas = new Set<string>();
const maxCheckedSchemas = 1000;

/** Reads `.actor/actor.json` and the files that it names. All of them may be missing. */
export async function readActorDefinition(folder: string): Promise<ActorDefinition> {
  const text = await readText(path.join(folder, '.actor', 'actor.json'));
  const raw = text === undefined ? {} : parseObject(text, '.actor/actor.json');
  const base = path.join(folder, '.actor');
  const inputSchema = (await readPart(folder, base, raw.input)) ?? (await usualInputSchema(folder));
  if (inputSchema !== undefined) await checkInputSchema(inputSchema);
  const readme = await readReadme(folder, base, raw.readme);
  if (text === undefined) return { definition: null, inputSchema: inputSchema ?? null, readme };
  const storages = await readStorages(folder, base, raw.storages);
  const definition = {
    ...raw,
    ...(inputSchema !== undefined && { input: inputSchema }),
    ...(storages !== undefined && { storages }),
    ...(readme !== null && { readme }),
  };
  return { definition, inputSchema: inputSchema ?? null, readme };
}

async function usualInputSchema(folder: string): Promise<Record<string, unknown> | undefined> {
  for (const name of ['.actor/input_schema.json', '.actor/INPUT_SCHEMA.json', 'INPUT_SCHEMA.json']) {
    const text = await readText(path.join(folder, name));
    if (text !== undefined) return parseObject(text, name);
  }
  return undefined;
}

/** A part of the definition: the object itself, or the path of its file, relative to `.actor`. */
async function readPart(folder: string, base: string, part: unknown): Promise<Record<string, unknown> | undefined> {
  if (part === undefined || part === null) return undefined;
  if (typeof part === 'object') return part as Record<string, unknown>;
  const text = await readInside(folder, base, String(part));
  if (text === undefined) throw new BuildFailure(`.actor/actor.json names the file "${part}", which is not there.`);
  return parseObject(text, String(part));
}

async function readStorages(folder: string, base: string, storages: unknown): Promise<object | undefined> {
  if (typeof storages !== 'object' || storages === null) return undefined;
  const entries = Object.entries(storages).map(async ([kind, part]) => {
    return [kind, (await readPart(folder, base, part)) ?? null] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readReadme(folder: string, base: string, named: unknown): Promise<string | null> {
  const names = [...(typeof named === 'string' ? [named] : []), './README.md', '../README.md'];
  for (const name of names) {
    const text = await readInside(folder, base, name);
    if (text !== undefined) return text.slice(0, maxReadmeChars);
  }
  return null;
}

/** Reads nothing outside the build's folder, not even through a symbolic link. */
async function readInside(folder: string, base: string, name: string): Promise<string | undefined> {
  const file = await realpath(path.resolve(base, name)).catch(() => undefined);
  if (file === undefined) return undefined;
  if (!file.startsWith(`${await realpath(folder)}${path.sep}`)) {
    throw new BuildFailure(`.actor/actor.json names the file "${name}", which is outside the Actor's folder.`);
  }
  return readText(file);
}

/**
 * Apify's own check takes 100 to 400 ms of CPU time.
 * @throws BuildFailure when the input schema itself is invalid
 */
async function checkInputSchema(schema: Record<string, unknown>): Promise<void> {
  const schemaJson = JSON.stringify(schema);
  if (checkedSchemas.has(schemaJson)) return;
  const verdict = await schemaChecks.check({ schemaJson }).catch((error: unknown) => {
    throw error instanceof Refusal ? new BuildFailure(error.message) : error;
  });
  if (verdict.kind === 'refused') {
    throw new BuildFailure(`The input schema is not valid: ${verdict.complaint} Correct it and build again.`);
  }
  if (checkedSchemas.size >= maxCheckedSchemas) checkedSchemas.clear();
  checkedSchemas.add(schemaJson);
}
