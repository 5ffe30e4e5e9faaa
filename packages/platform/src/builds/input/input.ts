import { Ajv, type ValidateFunction } from 'ajv';
import { invalidInput } from '../../shared/errors.ts';
import { isJsonObject } from '../../shared/json-object.ts';

export interface PreparedInput {
  readonly body: Buffer;
  readonly contentType: string;
}

type Schema = Readonly<Record<string, unknown>>;

const jsonContentType = 'application/json; charset=utf-8';
const isJson = (contentType: string) => /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);

/**
 * Resolves with the input of a run, checked against the schema and with its defaults added. Without a schema, or when
 * the content is not JSON, it is unchanged. Undefined when there is no input.
 * @throws Refusal 400 `invalid-input` with the schema's own error message
 */
export async function prepareInput(
  inputSchema: Schema | null,
  body: Buffer | undefined,
  contentType: string | undefined,
): Promise<PreparedInput | undefined> {
  const given = body !== undefined && body.length > 0 ? body : undefined;
  const type = contentType || jsonContentType;
  if (inputSchema === null) return given && { body: given, contentType: type };
  if (given !== undefined && !isJson(type)) return { body: given, contentType: type };
  const input = withDefaults(inputSchema, given === undefined ? {} : parseInput(given));
  // Imported on demand: it would take a quarter of the memory of an idle platform.
  const { validateInputUsingValidator } = await import('@apify/input_schema');
  const [error] = validateInputUsingValidator(validatorOf(inputSchema), { ...inputSchema }, input);
  if (error !== undefined) throw invalidInput(`Input is not valid: ${error.message}`);
  return { body: Buffer.from(JSON.stringify(input)), contentType: given === undefined ? jsonContentType : type };
}

function parseInput(body: Buffer): Record<string, unknown> {
  let input: unknown;
  try {
    input = JSON.parse(body.toString('utf8'));
  } catch (error) {
    // The parser's own message would quote the input, which may contain secrets.
    throw invalidInput(`Input is not valid JSON${positionIn(error as Error)}. Correct it and send it again.`);
  }
  if (isJsonObject(input)) return input;
  throw invalidInput('Input is not valid: it must be a JSON object, since the Actor has an input schema.');
}

const positionIn = ({ message }: Error) => /at position \d+/.exec(message)?.[0].replace(/^/, ' ') ?? '';

function withDefaults(schema: Schema, input: Record<string, unknown>): Record<string, unknown> {
  const filled = { ...input };
  const properties = (schema.properties ?? {}) as Record<string, { default?: unknown }>;
  for (const [key, field] of Object.entries(properties)) {
    if (filled[key] === undefined && field.default !== undefined) filled[key] = structuredClone(field.default);
  }
  return filled;
}

const maxValidators = 100;
const validators = new Map<string, ValidateFunction>();

/** Compiled once for each schema: compilation takes milliseconds, which would slow down every start of a run. */
function validatorOf(schema: Schema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known !== undefined) return known;
  // Its `$schema` names Apify's own meta-schema, which the validator does not know.
  const { $schema, ...plain } = schema;
  const validator = new Ajv({ strict: false, unicodeRegExp: false, allErrors: false }).compile(plain);
  if (validators.size >= maxValidators) validators.clear();
  validators.set(key, validator);
  return validator;
}
