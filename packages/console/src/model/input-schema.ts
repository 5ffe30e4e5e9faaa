/**
 * What a form shows for an Actor's input schema: sections, groups and fields, and which editor a field has. Pure. Schemas and
 * inputs are written by others, so every part of them may have any type; what cannot be shown in its own editor is shown as JSON.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

const editors = [
  'textfield',
  'textarea',
  'javascript',
  'python',
  'select',
  'datepicker',
  'fileupload',
  'hidden',
  'number',
  'checkbox',
  'json',
  'proxy',
  'schemaBased',
  'requestListSources',
  'pseudoUrls',
  'globs',
  'keyValue',
  'stringList',
  'resourcePicker',
] as const;

export type Editor = (typeof editors)[number];

type FieldType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'several';

export interface InputField {
  readonly key: string;
  readonly title: string;
  /** Markdown or HTML, by the Actor's author. */
  readonly description: string;
  readonly type: FieldType;
  readonly editor: Editor;
  readonly isRequired: boolean;
  readonly isNullable: boolean;
  readonly isSecret: boolean;
  /** Undefined without one. */
  readonly default: unknown;
  readonly prefill: unknown;
  /** Further keywords, such as `minimum` and `items`. */
  readonly schema: JsonObject;
}

/** A field that stands alone, or booleans below a caption of their own. */
export type InputRow =
  | { readonly kind: 'field'; readonly field: InputField }
  | {
      readonly kind: 'group';
      readonly caption: string;
      readonly description: string;
      readonly fields: readonly InputField[];
    };

export interface InputSection {
  /** Undefined for what comes before the first caption. */
  readonly caption: string | undefined;
  readonly description: string;
  readonly rows: readonly InputRow[];
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/** The input schema of a build, which the API has as a text; null for a build without one. */
export function parseInputSchema(text: string | null | undefined): JsonObject | null {
  if (!text) return null;
  try {
    const schema: unknown = JSON.parse(text);
    return isObject(schema) ? schema : null;
  } catch {
    return null;
  }
}

/** All fields of a schema, also the hidden ones, in its order. */
export function fieldsOf(schema: JsonObject): readonly InputField[] {
  const required = new Set(textsOf(schema.required));
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return properties
    .filter((property): property is [string, JsonObject] => isObject(property[1]))
    .map(([key, field]) => ({
      key,
      title: textOf(field.title) || key,
      description: textOf(field.description),
      type: typeOf(field.type),
      editor: editorOf(field),
      isRequired: required.has(key),
      isNullable: field.nullable === true,
      isSecret: field.isSecret === true,
      default: field.default,
      prefill: field.prefill,
      schema: field,
    }));
}

const types: readonly unknown[] = ['string', 'integer', 'number', 'boolean', 'object', 'array'];
const typeOf = (type: unknown): FieldType => (types.includes(type) ? (type as FieldType) : 'several');

const usualEditors: Readonly<Record<FieldType, Editor>> = {
  string: 'textfield',
  integer: 'number',
  number: 'number',
  boolean: 'checkbox',
  object: 'json',
  array: 'json',
  several: 'json',
};

/** Which editors show which type. What is not here is shown in the type's usual one. */
const editorsOf: Readonly<Record<FieldType, readonly Editor[]>> = {
  string: ['textfield', 'textarea', 'javascript', 'python', 'select', 'datepicker', 'fileupload', 'resourcePicker'],
  integer: ['number'],
  number: ['number'],
  boolean: ['checkbox'],
  object: ['json', 'proxy', 'schemaBased'],
  array: [
    'json',
    'requestListSources',
    'pseudoUrls',
    'globs',
    'keyValue',
    'stringList',
    'fileupload',
    'select',
    'schemaBased',
    'resourcePicker',
  ],
  several: ['json'],
};

function editorOf(field: JsonObject): Editor {
  if (field.editor === 'hidden') return 'hidden';
  const type = typeOf(field.type);
  const named = editors.find((editor) => editor === field.editor);
  if (named !== undefined && editorsOf[type].includes(named)) return named;
  if (typeof field.resourceType === 'string' && (type === 'string' || type === 'array')) return 'resourcePicker';
  if (type === 'string' && Array.isArray(field.enum)) return 'select';
  return usualEditors[type];
}

/** The form's sections with what is shown; hidden fields are not. A section runs to the next caption. */
export function sectionsOf(schema: JsonObject): readonly InputSection[] {
  const sections: { caption: string | undefined; description: string; fields: InputField[] }[] = [];
  for (const field of fieldsOf(schema)) {
    const caption = textOf(field.schema.sectionCaption);
    if (caption !== '' || sections.length === 0) {
      sections.push({
        caption: caption || undefined,
        description: textOf(field.schema.sectionDescription),
        fields: [],
      });
    }
    if (field.editor !== 'hidden') sections.at(-1)!.fields.push(field);
  }
  return sections
    .filter(({ fields }) => fields.length > 0)
    .map(({ caption, description, fields }) => ({ caption, description, rows: rowsOf(fields) }));
}

/** Booleans that follow one with a `groupCaption` belong to its group, up to the next caption or another type. */
function rowsOf(fields: readonly InputField[]): readonly InputRow[] {
  const rows: InputRow[] = [];
  let group: InputField[] | undefined;
  for (const field of fields) {
    const caption = textOf(field.schema.groupCaption);
    if (field.type !== 'boolean') group = undefined;
    else if (caption !== '') {
      group = [];
      rows.push({ kind: 'group', caption, description: textOf(field.schema.groupDescription), fields: group });
    }
    if (group === undefined) rows.push({ kind: 'field', field });
    else group.push(field);
  }
  return rows;
}

/** The value of a new form: what the author prefills, else the defaults, so that what is shown can be changed and taken away. */
export function initialInput(schema: JsonObject | null): JsonObject {
  if (schema === null) return {};
  const given = fieldsOf(schema)
    .map(({ key, prefill, default: usual }) => [key, prefill ?? usual] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** The fields of an input that its schema does not have; they are kept. */
export function unknownKeys(schema: JsonObject | null, input: JsonObject): readonly string[] {
  if (schema === null) return [];
  const known = new Set(fieldsOf(schema).map(({ key }) => key));
  return Object.keys(input).filter((key) => !known.has(key));
}

/** The same input with another value of a field; undefined takes the field out. */
export function withValue(input: JsonObject, key: string, value: unknown): JsonObject {
  if (value !== undefined) return { ...input, [key]: value };
  const { [key]: _, ...others } = input;
  return others;
}

/** The choices of a select: those that are checked, or those that are only suggested. */
export interface Choices {
  readonly isClosed: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Of a string's schema, or of the `items` of an array's. */
export function choicesOf(schema: JsonObject): Choices {
  const isClosed = Array.isArray(schema.enum);
  const values = textsOf(isClosed ? schema.enum : schema.enumSuggestedValues);
  const titles = textsOf(schema.enumTitles);
  return { isClosed, options: values.map((value, index) => ({ value, label: titles[index] ?? value })) };
}

export const itemsOf = (field: InputField): JsonObject => (isObject(field.schema.items) ? field.schema.items : {});

/** The most rows that a list is edited in, one by one; longer ones are JSON. */
export const maxListRows = 200;

/** Whether the field's own editor can show the value. Undefined is no value yet. */
export function fitsEditor(field: InputField, value: unknown): boolean {
  if (value === undefined) return true;
  switch (field.type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'object':
      return field.editor === 'json' || isObject(value);
    case 'array':
      return field.editor === 'json' || (Array.isArray(value) && fitsList(field, value));
    case 'several':
      return true;
  }
}

function fitsList({ editor }: InputField, items: readonly unknown[]): boolean {
  if (items.length > maxListRows) return false;
  switch (editor) {
    case 'stringList':
    case 'select':
    case 'resourcePicker':
    case 'fileupload':
      return items.every((item) => typeof item === 'string');
    case 'globs':
    case 'pseudoUrls':
      return items.every((item) => typeof item === 'string' || isObject(item));
    case 'keyValue':
    case 'requestListSources':
      return items.every(isObject);
    default:
      return true;
  }
}

/** The fields of a `schemaBased` object, or of the objects in a `schemaBased` array; undefined where the schema has none. */
export function subFieldsOf(field: InputField): readonly InputField[] | undefined {
  const schema = field.type === 'array' ? itemsOf(field) : field.schema;
  if (!isObject(schema.properties)) return undefined;
  const fields = fieldsOf(schema).filter(({ editor }) => editor !== 'hidden');
  // One level is a form; what is deeper is JSON, as on Apify.
  return fields.map((sub) => (sub.editor === 'schemaBased' ? { ...sub, editor: 'json' } : sub));
}
