import { useId } from 'react';
import { fitsEditor, type InputField } from '../../model/input-schema.ts';
import { isSealed } from '../../model/input-secrets.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Switch } from '../../ui/fields.tsx';
import { Prose } from '../../ui/prose.tsx';
import { ChoicesEditor } from './choices-editor.tsx';
import { DateEditor } from './date-editor.tsx';
import type { EditorProps, InputFieldViewProps } from './editor-props.ts';
import styles from './input-form.module.css';
import { ListEditor } from './list-editor.tsx';
import { SchemaBasedEditor } from './object-editor.tsx';
import { ProxyEditor } from './proxy-editor.tsx';
import { FileEditor, ResourceEditor } from './resource-editors.tsx';
import {
  CodeValueEditor,
  NumberEditor,
  SecretEditor,
  SelectEditor,
  TextAreaEditor,
  TextEditor,
} from './text-editors.tsx';

/** A field with its label, its editor, its help and what is wrong with it. */
export function InputFieldView({ field, value, onValue, path, error }: InputFieldViewProps) {
  if (field.type === 'boolean' && fitsEditor(field, value)) {
    return <BooleanField field={field} value={value} onValue={onValue} error={error} />;
  }
  const editor = editorFor(field, value);
  const properties: EditorProps = { field, value: value ?? undefined, onChange: onValue, path };
  const isNull = value === null && field.isNullable;
  const tools = field.isNullable && (
    <Button size="small" kind="quiet" onClick={() => onValue(isNull ? undefined : null)}>
      {isNull ? 'Set a value' : 'Set to null'}
    </Button>
  );
  const content = isNull ? <span className={styles.faint}>null</span> : <Editor kind={editor} {...properties} />;
  const help = <Help field={field} isEmpty={value === undefined} />;
  const label = <FieldLabel field={field} />;
  if (single.has(editor) && !isNull) {
    return (
      <div className={styles.field} data-field={path}>
        <Field label={label} help={help} error={error} isRequired={field.isRequired}>
          {content}
        </Field>
        {tools}
      </div>
    );
  }
  return (
    <GroupField field={field} label={label} help={help} error={error} path={path}>
      {content}
      {tools}
    </GroupField>
  );
}

type EditorKind = InputField['editor'] | 'secret' | 'choices';

/** Those with one control, which the label is for. */
const single = new Set<EditorKind>(['textfield', 'textarea', 'select', 'number', 'resourcePicker', 'secret']);

function editorFor(field: InputField, value: unknown): EditorKind {
  if (field.isSecret && (isSealed(value) || field.type !== 'string' || fitsEditor(field, value))) return 'secret';
  if (!fitsEditor(field, value ?? undefined)) return 'json';
  if (field.type === 'array' && field.editor === 'select') return 'choices';
  return field.editor;
}

function Editor({ kind, ...props }: EditorProps & { readonly kind: EditorKind }) {
  switch (kind) {
    case 'secret':
      return <SecretEditor {...props} />;
    case 'textarea':
      return <TextAreaEditor {...props} />;
    case 'number':
      return <NumberEditor {...props} />;
    case 'select':
      return <SelectEditor {...props} />;
    case 'choices':
      return <ChoicesEditor {...props} />;
    case 'datepicker':
      return <DateEditor {...props} />;
    case 'javascript':
    case 'python':
      return <CodeValueEditor {...props} language={kind} />;
    case 'fileupload':
      return <FileEditor {...props} />;
    case 'proxy':
      return <ProxyEditor {...props} />;
    case 'schemaBased':
      return <SchemaBasedEditor {...props} FieldView={InputFieldView} />;
    case 'resourcePicker':
      return <ResourceEditor {...props} />;
    case 'requestListSources':
    case 'pseudoUrls':
    case 'globs':
    case 'keyValue':
    case 'stringList':
      return <ListEditor {...props} />;
    case 'textfield':
      return <TextEditor {...props} />;
    default:
      return <CodeValueEditor {...props} language="json" />;
  }
}

function FieldLabel({ field: { key, title } }: { readonly field: InputField }) {
  return (
    <>
      <bdi>{title}</bdi> <code className={styles.key}>{key}</code>
    </>
  );
}

const maxDefaultLength = 80;

function Help({ field, isEmpty }: { readonly field: InputField; readonly isEmpty: boolean }) {
  const { description, default: usual } = field;
  const text = isEmpty && usual !== undefined && usual !== null ? JSON.stringify(usual) : '';
  return (
    <>
      {description !== '' && description !== field.title && <Prose text={description} isSmall headingOffset={3} />}
      {text !== '' && text.length <= maxDefaultLength && (
        <div>
          Left empty, it is <code>{text}</code>.
        </div>
      )}
    </>
  );
}

interface GroupFieldProps {
  readonly field: InputField;
  readonly label: React.ReactNode;
  readonly help: React.ReactNode;
  readonly error: string | undefined;
  readonly path: string;
  readonly children: React.ReactNode;
}

/** Of several controls. */
function GroupField({ field, label, help, error, path, children }: GroupFieldProps) {
  const id = useId();
  return (
    <fieldset
      className={styles.group}
      data-field={path}
      aria-describedby={error === undefined ? `${id}-help` : `${id}-help ${id}-error`}
    >
      <legend>
        {label}
        {field.isRequired && <span className={styles.required}> required</span>}
      </legend>
      {children}
      <div id={`${id}-help`} className={styles.help}>
        {help}
      </div>
      {error !== undefined && (
        <div id={`${id}-error`} className={styles.error}>
          {error}
        </div>
      )}
    </fieldset>
  );
}

function BooleanField({ field, value, onValue, error }: Omit<InputFieldViewProps, 'path'>) {
  const isOn = typeof value === 'boolean' ? value : field.default === true;
  return (
    <div className={styles.field} data-field={field.key}>
      <Switch label={<FieldLabel field={field} />} isOn={isOn} onChange={onValue} />
      <div className={styles.help}>
        <Help field={field} isEmpty={false} />
      </div>
      {error !== undefined && <div className={styles.error}>{error}</div>}
    </div>
  );
}
