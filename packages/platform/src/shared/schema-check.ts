import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { invalidInput } from './errors.ts';
import { isJsonObject } from './json-object.ts';

/** The schemas are the platform's own: a test compares them with the standard, once, so that no start has to. */
const ajv = new Ajv({ removeAdditional: true, strict: false, validateSchema: false });

/** All schemas that bodies are checked against. */
export const bodySchemas: object[] = [];

/**
 * Returns a function that checks JSON bodies against a JSON Schema. Where the schema has `additionalProperties: false`,
 * other fields are removed, as Apify removes unknown fields.
 * @throws Refusal 400 `invalid-input` with a sentence that names the field.
 */
export function bodyChecker<Body>(schema: object): (body: unknown) => Body {
  bodySchemas.push(schema);
  let validate: ValidateFunction<Body> | undefined;
  return (body) => {
    if (!isJsonObject(body)) {
      throw invalidInput('Send a JSON object as the body, with the content type application/json.');
    }
    // At the first body: to compile all schemas takes a fifth of the platform's start.
    validate ??= ajv.compile<Body>(schema);
    if (validate(body)) return body as Body;
    throw invalidInput(sentenceOf(validate.errors![0]!));
  };
}

function sentenceOf(error: ErrorObject): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.');
  const subject = field === '' ? 'The body' : `The field "${field}"`;
  if (error.keyword === 'enum') {
    const { allowedValues } = error.params as { allowedValues: unknown[] };
    return `${subject} must be one of ${allowedValues.map((value) => JSON.stringify(value)).join(', ')}.`;
  }
  return `${subject} ${error.message}.`;
}
