import { type InputField, isObject, subFieldsOf, withValue } from '../../model/input-schema.ts';
import { Button } from '../../ui/button.tsx';
import type { EditorProps, InputFieldViewProps } from './editor-props.ts';
import styles from './input-form.module.css';
import { ListEditor } from './list-editor.tsx';
import { CodeValueEditor } from './text-editors.tsx';

interface SchemaBasedProps extends EditorProps {
  /** Shows a field of the object. It is given, since it shows objects too. */
  readonly FieldView: React.ComponentType<InputFieldViewProps>;
}

/** An object, or a list of them, by the fields of its schema; one level deep, as on Apify. */
export function SchemaBasedEditor(props: SchemaBasedProps) {
  const { field, value, onChange, path, FieldView } = props;
  const fields = subFieldsOf(field);
  if (fields === undefined) {
    const isTextList = field.type === 'array' && isObject(field.schema.items) && field.schema.items.type === 'string';
    if (isTextList) return <ListEditor {...props} field={{ ...field, editor: 'stringList' }} />;
    return <CodeValueEditor {...props} language="json" />;
  }
  if (field.type === 'object') {
    return <SubFields FieldView={FieldView} fields={fields} value={value} onChange={onChange} path={path} />;
  }
  return <ObjectList {...props} fields={fields} />;
}

function ObjectList({
  field,
  value,
  onChange,
  path,
  fields,
  FieldView,
}: SchemaBasedProps & { readonly fields: readonly InputField[] }) {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const change = (next: readonly unknown[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <div className={styles.stack}>
      {items.map((item, index) => (
        <fieldset key={index} className={styles.box}>
          <legend>
            {field.title} {index + 1}
          </legend>
          <SubFields
            FieldView={FieldView}
            fields={fields}
            value={item}
            onChange={(next) => change(items.with(index, next ?? {}))}
            path={`${path}.${index}`}
          />
          <Button size="small" onClick={() => change(items.toSpliced(index, 1))}>
            Remove {index + 1}
          </Button>
        </fieldset>
      ))}
      <div>
        <Button size="small" onClick={() => change([...items, {}])}>
          Add
        </Button>
      </div>
    </div>
  );
}

interface SubFieldsProps {
  readonly FieldView: React.ComponentType<InputFieldViewProps>;
  readonly fields: readonly InputField[];
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly path: string;
}

function SubFields({ FieldView, fields, value, onChange, path }: SubFieldsProps) {
  const object = isObject(value) ? value : {};
  const set = (key: string, next: unknown) => {
    const changed = withValue(object, key, next);
    onChange(Object.keys(changed).length === 0 ? undefined : changed);
  };
  return (
    <div className={styles.box}>
      {fields.map((field) => (
        <FieldView
          key={field.key}
          field={field}
          value={object[field.key]}
          onValue={(next) => set(field.key, next)}
          path={`${path}.${field.key}`}
        />
      ))}
    </div>
  );
}
