import type { PreparedInput } from '../builds/input/input.ts';
import { isJson } from '../builds/input/input.ts';
import type { InputSecrets, PairOwner } from '../builds/input/input-secrets.ts';
import { invalidInput } from '../shared/errors.ts';
import { parseJson, UnusableJson } from '../shared/json.ts';
import { isJsonObject, type JsonObject } from '../shared/json-object.ts';

const jsonContentType = 'application/json; charset=utf-8';

/** An input as it is sent with a call. */
export interface SentInput {
  readonly body: Buffer | undefined;
  readonly contentType: string | undefined;
}

/**
 * Returns the input for a run of a task: what the task has, with the properties of the body in place of its own [task-1].
 * A task without an input takes any body, as its Actor does. The defaults of the schema are added afterwards.
 * Source: docs.apify.com, API, "Run task".
 * @throws Refusal 400 `invalid-input` for a body that has no properties
 */
export function overriddenInput(saved: JsonObject | null, { body, contentType }: SentInput): SentInput {
  if (saved === null) return { body, contentType };
  if (body === undefined || body.length === 0) return sentAs(saved);
  if (!isJson(contentType || jsonContentType)) {
    throw invalidInput(
      `The task has an input, so what overrides it must be a JSON object. Send it with the content type application/json, not "${contentType}".`,
    );
  }
  return sentAs({ ...saved, ...overridesOf(body) });
}

const sentAs = (input: JsonObject): SentInput => ({
  body: Buffer.from(JSON.stringify(input)),
  contentType: jsonContentType,
});

function overridesOf(body: Buffer): JsonObject {
  let overrides: unknown;
  try {
    overrides = parseJson(new TextDecoder().decode(body));
  } catch (error) {
    // The parser's own message would quote the input, which may contain secrets.
    const reason = error instanceof UnusableJson ? `: ${error.message}` : '';
    throw invalidInput(`Input is not valid: it is not valid JSON${reason}. Correct it and send it again.`);
  }
  if (isJsonObject(overrides)) return overrides;
  throw invalidInput('Input is not valid: it must be a JSON object, whose properties override those of the task.');
}

/**
 * Resolves with the input, or a part of one, with its secret fields encrypted [task-3]. Those that are encrypted stay so.
 * @throws Refusal 400 `invalid-input` for a secret field that cannot be encrypted
 */
export async function sealTaskInput(
  inputSecrets: InputSecrets,
  owner: PairOwner,
  inputSchema: JsonObject | null,
  input: JsonObject,
): Promise<JsonObject> {
  const prepared: PreparedInput = { body: Buffer.from(JSON.stringify(input)), contentType: jsonContentType };
  let sealed: PreparedInput | undefined;
  try {
    sealed = await inputSecrets.seal(owner, inputSchema, prepared);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('The input field "')) throw error;
    const [, field] = /^The input field "([^"]*)"/.exec(error.message) ?? [];
    throw invalidInput(`The secret field "${field}" of the input has a value of another type than its schema says.`);
  }
  return JSON.parse(sealed!.body.toString('utf8')) as JsonObject;
}
