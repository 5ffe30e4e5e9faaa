/**
 * What an Actor says of itself: `.actor/actor.json` and the files that it names. A part that is invalid fails the build, as
 * on Apify; a field that is unknown is named in the build's log.
 *
 * The checks are those of Apify's own JSON schemas (`@apify/json_schemas`), in the workers of `input/schema-checks.ts`.
 */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from '../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';
import type { Check, DefinitionPart } from '../input/schema-checks.ts';
import { BuildFailure } from '../steps/build-failure.ts';
import { parseObject, readText } from '../steps/package-file.ts';
import { aliasPattern, maxAliases, storageKinds } from './declared-storages.ts';
import { complaintOf, storageSchemaComplaint } from './definition-checks.ts';

export interface ActorDefinition {
  /** `.actor/actor.json`, with the contents of the files that it names; null when there is none. */
  readonly definition: Readonly<JsonObject> | null;
  readonly inputSchema: Readonly<JsonObject> | null;
  readonly readme: string | null;
}

const definitionName = '.actor/actor.json';
const maxTextChars = 200_000;
/** The fields that Apify's documentation names. Source: docs.apify.com, "Actor definition file (actor.json)". */
const knownFields = [
  ...['$schema', 'actorSpecification', 'name', 'title', 'description', 'version', 'buildTag', 'meta', 'categories'],
  ...['environmentVariables', 'dockerfile', 'dockerContextDir', 'readme', 'changelog', 'input', 'inputSchema'],
  ...['output', 'outputSchema', 'storages', 'minMemoryMbytes', 'maxMemoryMbytes', 'defaultMemoryMbytes'],
  ...['usesStandbyMode', 'webServerSchema', 'webServerMcpPath', 'labels'],
];

/**
 * Reads the definition of the Actor whose files are in `folder`. All parts of it may be missing.
 * @throws BuildFailure with what is wrong in which file
 */
export async function readActorDefinition(folder: string, log: (line: string) => void): Promise<ActorDefinition> {
  const reader = new DefinitionReader(folder);
  const text = await readText(path.join(folder, definitionName));
  const raw = text === undefined ? {} : parseObject(text, definitionName, { comments: true });
  const inputSchema = (await reader.part(raw.input ?? raw.inputSchema)) ?? (await reader.usualInputSchema());
  if (inputSchema !== undefined) await checkInputSchema(inputSchema);
  const readme = await reader.text(raw.readme, 'README.md', log);
  if (text === undefined) return { definition: null, inputSchema: inputSchema ?? null, readme };
  const output = await reader.part(raw.output ?? raw.outputSchema);
  const webServerSchema = await reader.part(raw.webServerSchema);
  const storages = isJsonObject(raw.storages) ? await readStorages(reader, raw.storages) : undefined;
  const changelog = await reader.text(raw.changelog, 'CHANGELOG.md', log);
  await checkFields(raw);
  if (output !== undefined) await checkPart('output', output, 'The output schema');
  if (webServerSchema !== undefined) checkWebServerSchema(webServerSchema);
  nameMissingFields(raw, log);
  nameUnknownFields(raw, log);
  const { inputSchema: _input, outputSchema: _output, ...named } = raw;
  const definition = {
    ...named,
    ...(inputSchema !== undefined && { input: inputSchema }),
    ...(output !== undefined && { output }),
    ...(storages !== undefined && { storages }),
    ...(webServerSchema !== undefined && { webServerSchema }),
    ...(readme !== null && { readme }),
    ...(changelog !== null && { changelog }),
  };
  return { definition, inputSchema: inputSchema ?? null, readme };
}

/** Reads the parts of one Actor's definition. Paths are relative to `.actor`. */
class DefinitionReader {
  readonly #folder: string;
  readonly #base: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#base = path.join(folder, '.actor');
  }

  /** A part of the definition: the object itself, or the path of its file. */
  async part(part: unknown): Promise<JsonObject | undefined> {
    if (isJsonObject(part)) return part;
    // The check of the whole definition says what other types are wrong.
    if (typeof part !== 'string') return undefined;
    const text = await this.#inside(part);
    if (text === undefined) throw new BuildFailure(`${definitionName} names the file "${part}", which is not there.`);
    return parseObject(text, part, { comments: true });
  }

  async usualInputSchema(): Promise<JsonObject | undefined> {
    for (const name of ['.actor/input_schema.json', '.actor/INPUT_SCHEMA.json', 'INPUT_SCHEMA.json']) {
      const text = await readText(path.join(this.#folder, name));
      if (text !== undefined) return parseObject(text, name, { comments: true });
    }
    return undefined;
  }

  /** The text of a file: the named one, else the one with the usual name in `.actor`, else that beside it. */
  async text(named: unknown, usualName: string, log: (line: string) => void): Promise<string | null> {
    if (typeof named === 'string') {
      const text = await this.#inside(named);
      if (text !== undefined) return text.slice(0, maxTextChars);
      log(`${definitionName} names the file "${named}", which is not there.`);
    }
    for (const name of [`./${usualName}`, `../${usualName}`]) {
      const text = await this.#inside(name);
      if (text !== undefined) return text.slice(0, maxTextChars);
    }
    return null;
  }

  /** Reads nothing outside the build's folder, not even through a symbolic link. */
  async #inside(name: string): Promise<string | undefined> {
    const file = await realpath(path.resolve(this.#base, name)).catch(() => undefined);
    if (file === undefined) return undefined;
    if (!file.startsWith(`${await realpath(this.#folder)}${path.sep}`)) {
      throw new BuildFailure(`${definitionName} names the file "${name}", which is outside the Actor's folder.`);
    }
    return readText(file);
  }
}

/** The storages with the contents of the files that they name, each checked. */
async function readStorages(reader: DefinitionReader, storages: JsonObject): Promise<JsonObject> {
  const entries: [string, unknown][] = [];
  for (const [field, value] of Object.entries(storages)) {
    const kind = storageKinds.find(({ one, several }) => field === one || field === several);
    if (kind === undefined) throw invalidDefinition(`"storages" must not have the property "${field}"`);
    if (field === kind.one) {
      entries.push([field, await readStorage(reader, value, kind.part, `storages.${field}`)]);
      continue;
    }
    if (storages[kind.one] !== undefined) {
      throw invalidDefinition(`"storages" must have one of "${kind.one}" and "${kind.several}", not both`);
    }
    entries.push([field, await readAliased(reader, value, kind)]);
  }
  return Object.fromEntries(entries);
}

async function readAliased(
  reader: DefinitionReader,
  value: unknown,
  { part, several, needsDefault }: (typeof storageKinds)[number],
): Promise<JsonObject> {
  const place = `storages.${several}`;
  if (!isJsonObject(value)) throw invalidDefinition(`"${place}" must be an object`);
  const aliases = Object.keys(value);
  if (aliases.length === 0 || aliases.length > maxAliases) {
    throw invalidDefinition(`"${place}" must have 1 to ${maxAliases} storages`);
  }
  if (needsDefault && !aliases.includes('default'))
    throw invalidDefinition(`"${place}" must have the storage "default"`);
  const entries: [string, unknown][] = [];
  for (const [alias, each] of Object.entries(value)) {
    if (!aliasPattern.test(alias)) {
      throw invalidDefinition(
        `"${place}" has the name "${alias}": take letters, digits and "_", and begin with a letter`,
      );
    }
    entries.push([alias, await readStorage(reader, each, part, `${place}.${alias}`)]);
  }
  return Object.fromEntries(entries);
}

async function readStorage(
  reader: DefinitionReader,
  value: unknown,
  part: 'dataset' | 'keyValueStore' | null,
  place: string,
): Promise<JsonObject> {
  const schema = await reader.part(value);
  if (schema === undefined) throw invalidDefinition(`"${place}" must be an object or the path of a file`);
  if (part === null) return schema;
  const what = `The schema in "${place}"`;
  const complaint = await storageSchemaComplaint(part, schema);
  if (complaint !== undefined)
    throw new BuildFailure(`${what} is not valid: ${complaint}. Correct it and build again.`);
  return schema;
}

/** What Apify's documentation requires. Its command line needs it; a build does not, so that what is missing is only named. */
const requiredFields = { actorSpecification: 1, name: 'missing', version: '0.0' };

function nameMissingFields(raw: JsonObject, log: (line: string) => void): void {
  const missing = Object.keys(requiredFields).filter((field) => raw[field] === undefined);
  if (missing.length === 0) return;
  log(`${definitionName} lacks ${missing.map((field) => `"${field}"`).join(', ')}, which Apify's tools require.`);
}

/** The fields themselves. Their parts are checked one by one, since the message about a whole says little about a part. */
async function checkFields(raw: JsonObject): Promise<void> {
  const { storages, ...fields } = raw;
  const parts = ['input', 'inputSchema', 'output', 'outputSchema', 'webServerSchema'];
  const plain = Object.entries(fields).map(([name, value]) => [
    name,
    parts.includes(name) && isJsonObject(value) ? '.' : value,
  ]);
  if (storages !== undefined && !isJsonObject(storages)) throw invalidDefinition('"storages" must be an object');
  await checkPart('actor', { ...requiredFields, ...(Object.fromEntries(plain) as JsonObject) }, definitionName);
  const { minMemoryMbytes: min, maxMemoryMbytes: max } = raw;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    throw invalidDefinition('"minMemoryMbytes" must not be larger than "maxMemoryMbytes"');
  }
}

/** Source: spec.openapis.org, OpenAPI 3.0 and 3.1, "OpenAPI Object". */
function checkWebServerSchema({ openapi, info, paths }: JsonObject): void {
  const wrong = (what: string) =>
    new BuildFailure(`The web server schema is not valid: ${what}. Correct it and build again.`);
  if (typeof openapi !== 'string' || !/^3\.\d+(?:\.\d+)?/.test(openapi)) {
    throw wrong('"openapi" must be a version such as "3.0.3"');
  }
  if (!isJsonObject(info) || typeof info.title !== 'string' || typeof info.version !== 'string') {
    throw wrong('"info" must have a "title" and a "version"');
  }
  if (paths === undefined && !openapi.startsWith('3.0')) return;
  if (!isJsonObject(paths)) throw wrong('"paths" must be an object');
  const stranger = Object.keys(paths).find((each) => !each.startsWith('/') && !each.startsWith('x-'));
  if (stranger !== undefined) throw wrong(`the path "${stranger}" must begin with "/"`);
}

function nameUnknownFields(raw: JsonObject, log: (line: string) => void): void {
  const unknown = Object.keys(raw).filter((field) => !knownFields.includes(field));
  if (unknown.length === 0) return;
  const named = unknown.map((field) => {
    const meant = knownFields.find((known) => known.toLowerCase() === field.toLowerCase());
    return meant === undefined ? `"${field}"` : `"${field}" (perhaps "${meant}" is meant)`;
  });
  log(`${definitionName} has fields that Wherry does not know, and that have no effect: ${named.join(', ')}.`);
}

const invalidDefinition = (complaint: string): BuildFailure =>
  new BuildFailure(`${definitionName} is not valid: ${complaint}. Correct it and build again.`);

const checkPart = (part: DefinitionPart, value: JsonObject, what: string): Promise<void> =>
  check({ schemaJson: JSON.stringify(value), task: { kind: 'definition', part } }, what);

/** Apify's own limit. Source: docs.apify.com, "Actor input schema specification". */
const maxInputSchemaBytes = 500_000;

async function checkInputSchema(schema: JsonObject): Promise<void> {
  const schemaJson = JSON.stringify(schema);
  if (Buffer.byteLength(schemaJson) > maxInputSchemaBytes) {
    throw new BuildFailure(
      `The input schema has more than ${maxInputSchemaBytes / 1000} kB. Shorten it and build again.`,
    );
  }
  await check({ schemaJson }, 'The input schema');
}

/** @throws BuildFailure when it is refused */
async function check(wanted: Check, what: string): Promise<void> {
  const complaint = await complaintOf(wanted).catch((error: unknown) => {
    throw error instanceof Refusal ? new BuildFailure(error.message) : error;
  });
  if (complaint !== undefined)
    throw new BuildFailure(`${what} is not valid: ${complaint}. Correct it and build again.`);
}
