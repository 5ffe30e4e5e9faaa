import { invalidInput, Refusal } from '../../shared/errors.ts';
import { SchemaChecks, type Verdict } from './schema-checks.ts';

export interface PreparedInput {
  readonly body: Buffer;
  readonly contentType: string;
}

type Schema = Readonly<Record<string, unknown>>;

/** The checks of all inputs, items and records of this process. */
export const schemaChecks = new SchemaChecks();

const jsonContentType = 'application/json; charset=utf-8';
/** Whether content of this type is parsed, and so checked, as JSON. */
export const isJson = (contentType: string) => /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);

/**
 * Resolves with the input of a run, checked against the schema and with its defaults added. Without a schema it is unchanged,
 * of whatever type, and not even parsed. Undefined when there is no input.
 * @throws Refusal 400 `invalid-input` with the schema's own error message, or for another type than JSON, as on Apify
 *   (source: apify/actor-runtime, `requirements/api.md`)
 */
export async function prepareInput(
  inputSchema: Schema | null,
  body: Buffer | undefined,
  contentType: string | undefined,
): Promise<PreparedInput | undefined> {
  const given = body !== undefined && body.length > 0 ? body : undefined;
  const type = contentType || jsonContentType;
  if (inputSchema === null) return given && { body: given, contentType: type };
  if (given !== undefined && !isJson(type)) {
    throw invalidInput(
      `Input is not valid: the Actor has an input schema, so its input must be JSON. Send it with the content type application/json, not "${type}".`,
    );
  }
  const verdict = await schemaChecks.check({ schemaJson: JSON.stringify(inputSchema), input: { body: given } });
  if (verdict.kind === 'refused') throw doesNotFit(verdict);
  const { buffer, byteOffset, byteLength } = verdict.body;
  return {
    body: Buffer.from(buffer, byteOffset, byteLength),
    contentType: given === undefined ? jsonContentType : type,
  };
}

/** The message has the first error, as on Apify; `data.invalidFields` has all of them, for forms. */
function doesNotFit({ complaint, invalidFields = [] }: Extract<Verdict, { kind: 'refused' }>): Refusal {
  const details = invalidFields.length === 0 ? undefined : { invalidFields };
  return new Refusal(400, 'invalid-input', `Input is not valid: ${complaint}`, details);
}
