/**
 * Runs in a worker thread that `schema-checks.ts` starts and may end at any time. Checks one thing at a time, in the order
 * of the messages.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { validateInputSchema, validateInputUsingValidator } from '@apify/input_schema';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { RE2JS } from 're2js';
import { parseJson, UnusableJson } from '../../shared/json.ts';
import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';
import type { Check, InvalidField, Verdict } from './schema-checks.ts';
import { loadExpressions, SchemaTasks } from './schema-tasks.ts';

const { linear, expressions } = workerData as { readonly linear: boolean; readonly expressions: boolean };

/** `code` is what Ajv writes into validators that are stored as programs, which these never are. */
const linearRegExp = Object.assign(linearPattern, { code: 'new RegExp' });
const ajvOptions = {
  strict: false,
  unicodeRegExp: false,
  allErrors: false,
  logger: false,
  ...(linear && { code: { regExp: linearRegExp } }),
} as const;

/**
 * A pattern whose time grows with the length of the text alone. Patterns that look around or refer back have no such
 * form, and take what they take.
 */
function linearPattern(pattern: string, flags: string) {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern) as string);
    return { test: (text: string) => compiled.matcher(text).find() };
  } catch {
    return new RegExp(pattern, flags);
  }
}

const maxValidators = 100;
const validators = new Map<string, ValidateFunction>();

/** Compiled once for each schema: compilation takes milliseconds, which would slow down every start of a run. */
function validatorOf(schemaJson: string, { $schema, ...plain }: JsonObject): ValidateFunction {
  const known = validators.get(schemaJson);
  if (known !== undefined) return known;
  // Without its `$schema`, which names Apify's own meta-schema: the validator does not know that one.
  const validator = new Ajv(ajvOptions).compile(plain);
  if (validators.size >= maxValidators) validators.clear();
  validators.set(schemaJson, validator);
  return validator;
}

function checkInput(schemaJson: string, body: Uint8Array | undefined): Verdict {
  const schema = JSON.parse(schemaJson) as JsonObject;
  const given = body === undefined ? {} : inputOf(body);
  if (typeof given === 'string') return { kind: 'refused', complaint: given };
  const input = withDefaults(schema, given);
  const known = { ...schema, properties: (schema.properties ?? {}) as JsonObject };
  try {
    const validator = validatorOf(schemaJson, schema);
    const [error] = validateInputUsingValidator(validator, known, input);
    // Ajv ends at its first error. When that is one that Apify's check permits, such as a sealed value, others may follow.
    const errors = error === undefined && !validator.errors ? [] : allErrors(schema, known, input, body);
    const complaint = (error ?? errors[0])?.message;
    if (complaint !== undefined) return { kind: 'refused', complaint, invalidFields: invalidFieldsOf(known, errors) };
  } catch (error) {
    return { kind: 'refused', complaint: unusable(error as Error) };
  }
  return { kind: 'fits', body: new TextEncoder().encode(JSON.stringify(input)) };
}

interface InputError {
  /** The names of the path, with dots between them. */
  readonly fieldKey: string;
  readonly message: string;
}

/** Above this, only the first error is found: a large input may have millions. */
const maxThoroughBytes = 256 * 1024;
const maxInvalidFields = 100;

function allErrors(
  { $schema, ...plain }: JsonObject,
  known: JsonObject & { properties: JsonObject },
  input: JsonObject,
  body: Uint8Array | undefined,
): InputError[] {
  const isSmall = body === undefined || body.length <= maxThoroughBytes;
  const validator = new Ajv({ ...ajvOptions, allErrors: isSmall || hasSecrets(known.properties) }).compile(plain);
  return validateInputUsingValidator(validator, known, input) as InputError[];
}

const hasSecrets = (properties: JsonObject): boolean =>
  Object.values(properties).some((field) => (field as { isSecret?: unknown } | null)?.isSecret === true);

/** By the input's own fields, for forms; null for what is about the whole input. */
function invalidFieldsOf({ properties }: { properties: JsonObject }, errors: readonly InputError[]): InvalidField[] {
  const keys = Object.keys(properties);
  return errors.slice(0, maxInvalidFields).map(({ fieldKey, message }) => {
    const containing = keys.filter((key) => fieldKey === key || fieldKey.startsWith(`${key}.`));
    const field = containing.sort((one, other) => other.length - one.length)[0];
    return { field: field ?? (fieldKey === '' ? null : fieldKey.split('.')[0]!), message };
  });
}

const unusable = (error: Error): string =>
  error instanceof RangeError
    ? "the Actor's input schema refers to itself without end, or is nested too deeply. Correct the schema and build again."
    : `the Actor's input schema cannot be used: ${error.message}. Correct the schema and build again.`;

/** Returns the input, or what is wrong with it. */
function inputOf(body: Uint8Array): JsonObject | string {
  let input: unknown;
  try {
    input = parseJson(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body));
  } catch (error) {
    // The parser's own message would quote the input, which may contain secrets.
    const reason = error instanceof UnusableJson ? `: ${error.message}` : positionIn(error as Error);
    return `it is not valid JSON${reason}. Correct it and send it again.`;
  }
  return isJsonObject(input) ? input : 'it must be a JSON object, since the Actor has an input schema.';
}

const positionIn = ({ message }: Error) => /at position \d+/.exec(message)?.[0].replace(/^/, ' ') ?? '';

function withDefaults(schema: JsonObject, input: JsonObject): JsonObject {
  const filled = { ...input };
  const properties = (schema.properties ?? {}) as Record<string, { default?: unknown } | null>;
  for (const [key, field] of Object.entries(properties)) {
    if (filled[key] === undefined && field?.default !== undefined) filled[key] = structuredClone(field.default);
  }
  return filled;
}

/**
 * What Apify's check of input schemas uses of an Ajv: it gives the same schemas of its own again and again, one for each
 * field, in new objects, and to compile one takes up to 400 ms. They are known to be right, so they are not checked themselves.
 */
class CompilingOnce {
  readonly #compiled = new Map<string, ValidateFunction>();
  errors: ValidateFunction['errors'];

  getSchema(name: string) {
    return new Ajv2019(ajvOptions).getSchema(name);
  }

  validate(schema: object, value: unknown): boolean {
    const text = JSON.stringify(schema);
    const validator = this.#compiled.get(text) ?? new Ajv2019({ ...ajvOptions, validateSchema: false }).compile(schema);
    this.#compiled.set(text, validator);
    const isValid = validator(value) as boolean;
    this.errors = validator.errors;
    return isValid;
  }
}

const apifySchemas = new CompilingOnce();

function checkSchema(schemaJson: string): Verdict {
  try {
    validateInputSchema(apifySchemas as unknown as Ajv2019, JSON.parse(schemaJson) as JsonObject);
    return { kind: 'fits', body: new Uint8Array() };
  } catch (error) {
    return { kind: 'refused', complaint: (error as Error).message };
  }
}

const tasks = new SchemaTasks(ajvOptions);

parentPort!.on('message', async ({ schemaJson, input, task }: Check) => {
  if (task !== undefined) parentPort!.postMessage(await tasks.perform(schemaJson, task));
  else parentPort!.postMessage(input === undefined ? checkSchema(schemaJson) : checkInput(schemaJson, input.body));
});
if (expressions) await loadExpressions();
parentPort!.postMessage('ready');
