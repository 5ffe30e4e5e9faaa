import { type KeyboardEvent, useId } from 'react';
import { choicesOf } from '../../model/input-schema.ts';
import { isSealed } from '../../model/input-secrets.ts';
import { jsonText, numberText, parseJsonText, parseNumber, parseText, stepped } from '../../model/input-text.ts';
import { Button } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import type { CodeLanguage } from '../../ui/code-editor-props.ts';
import { Select } from '../../ui/fields.tsx';
import { controlOf, type EditorProps, placeholderOf } from './editor-props.ts';
import styles from './input-form.module.css';
import { useEditedText } from './input-problems.tsx';

const textValue = (text: string) => {
  const parsed = parseText(text);
  return parsed.kind === 'value' ? parsed.value : undefined;
};

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function TextEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  return (
    <input
      {...controlOf(props)}
      dir="auto"
      value={stringOf(value)}
      placeholder={placeholderOf(field)}
      onChange={({ target }) => onChange(textValue(target.value))}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

const maxShownLines = 16;

export function TextAreaEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  const text = stringOf(value);
  return (
    <textarea
      {...controlOf(props)}
      dir="auto"
      rows={Math.min(maxShownLines, Math.max(3, text.split('\n').length))}
      value={text}
      placeholder={placeholderOf(field)}
      onChange={({ target }) => onChange(textValue(target.value))}
      spellCheck={false}
    />
  );
}

/** A secret is typed blindly and not shown again. One that the platform has already is replaced as a whole. */
export function SecretEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  if (isSealed(value)) {
    return (
      <div className={styles.line}>
        <span className={styles.sealed}>A secret is stored.</span>
        <Button {...controlOf(props)} size="small" onClick={() => onChange(undefined)}>
          Replace it
        </Button>
      </div>
    );
  }
  if (field.type === 'string' && field.editor !== 'textarea') {
    return (
      <input
        {...controlOf(props)}
        type="password"
        value={stringOf(value)}
        onChange={({ target }) => onChange(textValue(target.value))}
        autoComplete="new-password"
      />
    );
  }
  return <SecretArea {...props} />;
}

function SecretArea(props: EditorProps) {
  const { field, value, onChange, path } = props;
  const isText = field.type === 'string';
  const { text, setText, problem } = useEditedText({
    path,
    value,
    toText: isText ? stringOf : jsonText,
    parse: isText ? parseText : parseJsonText,
    onChange,
  });
  return (
    <>
      <textarea
        {...controlOf(props)}
        className={styles.masked}
        rows={3}
        value={text}
        placeholder={isText ? undefined : 'JSON'}
        onChange={({ target }) => setText(target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      {/* The parser's own words would show a part of the secret. */}
      <Problem text={problem && 'This is not valid JSON.'} />
    </>
  );
}

export function Problem({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <div className={styles.error} role="status">
      {text}
    </div>
  );
}

export function NumberEditor(props: EditorProps) {
  const { field, value, onChange, path } = props;
  const { schema } = field;
  const type = field.type === 'integer' ? 'integer' : 'number';
  const { text, setText, problem } = useEditedText({
    path,
    value,
    toText: numberText,
    parse: type === 'integer' ? parseInteger : parseFraction,
    onChange,
  });
  const step = (event: KeyboardEvent) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key] as 1 | -1 | undefined;
    if (direction === undefined) return;
    event.preventDefault();
    const from = typeof value === 'number' ? value : typeof field.default === 'number' ? field.default : 0;
    onChange(stepped(from, direction, schema));
  };
  const unit = typeof schema.unit === 'string' ? schema.unit : undefined;
  return (
    <>
      <div className={styles.line}>
        <input
          {...controlOf(props)}
          className={styles.number}
          inputMode={type === 'integer' ? 'numeric' : 'decimal'}
          value={text}
          placeholder={placeholderOf(field)}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={step}
          autoComplete="off"
        />
        {unit !== undefined && <span>{unit}</span>}
        <Bounds {...schema} />
      </div>
      <Problem text={problem} />
    </>
  );
}

const parseInteger = (text: string) => parseNumber(text, 'integer');
const parseFraction = (text: string) => parseNumber(text, 'number');

function Bounds({ minimum, maximum }: { readonly minimum?: unknown; readonly maximum?: unknown }) {
  const [least, most] = [typeof minimum === 'number', typeof maximum === 'number'];
  if (!least && !most) return null;
  const text = least && most ? `${minimum} to ${maximum}` : least ? `at least ${minimum}` : `at most ${maximum}`;
  return <span className={styles.faint}>{text}</span>;
}

export function SelectEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  const listId = useId();
  const { isClosed, options } = choicesOf(field.schema);
  const text = stringOf(value);
  if (!isClosed) {
    return (
      <>
        <input
          {...controlOf(props)}
          list={listId}
          value={text}
          placeholder={placeholderOf(field)}
          onChange={({ target }) => onChange(textValue(target.value))}
          autoComplete="off"
        />
        <datalist id={listId}>
          {options.map(({ value: each, label }) => (
            <option key={each} value={each}>
              {label}
            </option>
          ))}
        </datalist>
      </>
    );
  }
  const none = field.default === undefined ? 'Choose…' : `Default: ${String(field.default)}`;
  const isKnown = text === '' || options.some((option) => option.value === text);
  return (
    <Select
      {...controlOf(props)}
      value={text}
      onChange={(chosen) => onChange(textValue(chosen))}
      options={[{ value: '', label: none }, ...(isKnown ? [] : [{ value: text, label: text }]), ...options]}
    />
  );
}

/** For JSON, and for the code of page functions. */
export function CodeValueEditor({
  field,
  value,
  onChange,
  path,
  language,
}: EditorProps & { readonly language: CodeLanguage }) {
  const isJson = language === 'json';
  const { text, setText, problem } = useEditedText({
    path,
    value,
    toText: isJson ? jsonText : stringOf,
    parse: isJson ? parseJsonText : parseText,
    onChange,
  });
  return (
    <>
      <CodeEditor value={text} onChange={setText} language={language} label={field.title} minLines={isJson ? 3 : 8} />
      <Problem text={problem} />
    </>
  );
}
