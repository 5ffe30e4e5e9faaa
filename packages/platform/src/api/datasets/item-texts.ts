import { Refusal } from '../../shared/errors.ts';
import { isJsonObject } from '../../shared/json-object.ts';

/**
 * The JSON text of each item of a push, which is one object or an array of them.
 * @throws Refusal 400 `schema-validation-error`, which names all items that are not objects: a push is stored as a whole
 *   or not at all.
 */
export function itemTexts(body: unknown): string[] {
  const items: unknown[] = Array.isArray(body) ? body : [body];
  const invalid = items.flatMap((item, position) => (isJsonObject(item) ? [] : [position]));
  if (invalid.length > 0) throw notObjects(invalid);
  try {
    return items.map((item) => JSON.stringify(item));
  } catch (error) {
    // JSON.parse reads any depth of nesting; JSON.stringify overflows the stack.
    if (error instanceof RangeError)
      throw new Refusal(400, 'invalid-json', 'An item is nested too deeply. Flatten it.');
    throw error;
  }
}

const notObjects = (positions: readonly number[]): Refusal =>
  new Refusal(
    400,
    'schema-validation-error',
    `Every item must be a JSON object. Nothing was stored: mend the item at position ${positions.slice(0, 10).join(', ')}.`,
    {
      invalidItems: positions.slice(0, 100).map((itemPosition) => ({
        itemPosition,
        validationErrors: [
          {
            instancePath: '',
            schemaPath: '#/type',
            keyword: 'type',
            message: 'must be object',
            params: { type: 'object' },
          },
        ],
      })),
    },
  );
