import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';

/** The templates of an output schema, by the name of the output. */
export type OutputTemplates = Readonly<Record<string, string>>;

/** Null when the Actor says nothing of its output. */
export function outputTemplates(definition: Readonly<JsonObject> | null): OutputTemplates | null {
  const output = definition?.output;
  if (!isJsonObject(output) || !isJsonObject(output.properties)) return null;
  const entries = Object.entries(output.properties as Record<string, { template?: unknown }>);
  return Object.fromEntries(entries.map(([name, { template }]) => [name, String(template)]));
}

const variable = /\{\{\s*([\w$.-]+)\s*\}\}/g;

/** The outputs with the variables of `context` filled in. What is not there is left as it is, so that its author finds it. */
export function filledTemplates(templates: OutputTemplates, context: JsonObject): Record<string, string> {
  const fill = (template: string) =>
    template.replaceAll(variable, (whole, name: string) => valueAt(context, name) ?? whole);
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, fill(template)]));
}

function valueAt(context: JsonObject, name: string): string | undefined {
  let value: unknown = context;
  for (const part of name.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
