/** What the worker of `schema-checks.ts` does besides inputs: items, records, definitions and memory expressions. */
import {
  getActorSchemaValidator,
  getDatasetSchemaValidator,
  getKeyValueStoreSchemaValidator,
  getOutputSchemaValidator,
} from '@apify/json_schemas';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../shared/json-object.ts';
import type { DefinitionPart, InvalidItem, MemoryContext, SchemaTask, Verdict } from './schema-checks.ts';

const maxValidators = 100;
/** How many invalid items a refusal names, and how many errors of each. */
const maxInvalidItems = 100;
const maxErrorsOfItem = 20;

const fits = { kind: 'fits', body: new Uint8Array() } as const;

export class SchemaTasks {
  readonly #options: Options;
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #definitions = new Map<DefinitionPart, ValidateFunction>();

  constructor(options: Options) {
    // A refusal has all errors of an item, as on Apify.
    this.#options = { ...options, allErrors: true };
  }

  async perform(schemaJson: string, task: SchemaTask): Promise<Verdict> {
    try {
      switch (task.kind) {
        case 'items':
          return this.#checkItems(schemaJson, task.items);
        case 'jsonSchema':
          this.#validatorOf(schemaJson);
          return fits;
        case 'definition':
          return this.#checkDefinition(schemaJson, task.part);
        case 'memory':
          return { ...fits, value: await evaluateMemory(schemaJson, task.context) };
      }
    } catch (error) {
      return { kind: 'refused', complaint: (error as Error).message };
    }
  }

  #checkItems(schemaJson: string, items: readonly string[]): Verdict {
    const validate = this.#validatorOf(schemaJson);
    const invalidItems: InvalidItem[] = [];
    for (const [itemPosition, json] of items.entries()) {
      if (validate(JSON.parse(json))) continue;
      invalidItems.push({ itemPosition, validationErrors: validate.errors!.slice(0, maxErrorsOfItem).map(plainError) });
      if (invalidItems.length === maxInvalidItems) break;
    }
    if (invalidItems.length === 0) return fits;
    return { kind: 'refused', complaint: textOf(validateErrorsOf(invalidItems[0]!)), invalidItems };
  }

  /** @throws when it is no JSON Schema, or refers to what it does not contain */
  #validatorOf(schemaJson: string): ValidateFunction {
    const known = this.#validators.get(schemaJson);
    if (known !== undefined) return known;
    const { $schema, ...schema } = JSON.parse(schemaJson) as JsonObject;
    const validator = new (ajvFor($schema))(this.#options).compile(schema);
    if (this.#validators.size >= maxValidators) this.#validators.clear();
    this.#validators.set(schemaJson, validator);
    return validator;
  }

  #checkDefinition(json: string, part: DefinitionPart): Verdict {
    const validate = this.#definitions.get(part) ?? definitionValidators[part]();
    this.#definitions.set(part, validate);
    if (validate(JSON.parse(json))) return fits;
    return { kind: 'refused', complaint: textOf(validate.errors!) };
  }
}

const definitionValidators: Readonly<Record<DefinitionPart, () => ValidateFunction>> = {
  actor: getActorSchemaValidator,
  dataset: getDatasetSchemaValidator,
  keyValueStore: getKeyValueStoreSchemaValidator,
  output: getOutputSchemaValidator,
};

/** Apify's documentation names draft-07 for what is checked, and shows 2020-12; without `$schema` it is draft-07. */
function ajvFor($schema: unknown): typeof Ajv | typeof Ajv2019 | typeof Ajv2020 {
  if (typeof $schema !== 'string') return Ajv;
  if ($schema.includes('2020-12')) return Ajv2020;
  return $schema.includes('2019-09') ? Ajv2019 : Ajv;
}

/** Without what would make a response large: the schema and the item's own values. */
const plainError = ({ instancePath, schemaPath, keyword, params, message }: ErrorObject) => ({
  instancePath,
  schemaPath,
  keyword,
  params: params as unknown,
  message,
});

const validateErrorsOf = ({ validationErrors }: InvalidItem) => validationErrors as readonly ErrorObject[];

const maxErrorsInText = 3;

/** A sentence's part, such as `"/price" must be number`. */
function textOf(errors: readonly ErrorObject[]): string {
  // That none of several forms fits says less than why each of them does not.
  const telling = errors.filter(({ keyword }) => keyword !== 'oneOf' && keyword !== 'anyOf');
  const texts = (telling.length > 0 ? telling : errors).map(
    (error) => `"${error.instancePath || '/'}" ${reasonOf(error)}`,
  );
  return [...new Set(texts)].slice(0, maxErrorsInText).join(', ');
}

function reasonOf({ keyword, message, params }: ErrorObject): string {
  const { additionalProperty, allowedValues } = params as { additionalProperty?: string; allowedValues?: unknown[] };
  if (keyword === 'additionalProperties') return `must not have the property "${additionalProperty}"`;
  if (keyword === 'enum') return `must be one of ${JSON.stringify(allowedValues)}`;
  return message ?? keyword;
}

/** Only where there are expressions, and before their time is measured: mathjs has hundreds of files and takes a second. */
export const loadExpressions = () => import('@apify/actor-memory-expression');

async function evaluateMemory(expression: string, context: MemoryContext): Promise<number> {
  const { calculateRunDynamicMemory } = await loadExpressions();
  return calculateRunDynamicMemory(expression, context as never);
}
