import { useMemo, useRef } from 'react';
import type { InputErrors } from '../model/input-errors.ts';
import {
  type InputRow,
  type InputSection,
  initialInput,
  isObject,
  type JsonObject,
  sectionsOf,
  unknownKeys,
  withValue,
} from '../model/input-schema.ts';
import { masked, unmasked } from '../model/input-secrets.ts';
import { jsonText, parseInput } from '../model/input-text.ts';
import { useAddressState } from '../ui/address-state.ts';
import { Button } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { CodeEditor } from '../ui/code-editor.tsx';
import { Empty, Note } from '../ui/notice.tsx';
import { Prose } from '../ui/prose.tsx';
import { InputFieldView } from './input-form/input-field.tsx';
import styles from './input-form/input-form.module.css';
import { InputProblems, useEditedText, useProblems } from './input-form/input-problems.tsx';
import { Problem } from './input-form/text-editors.tsx';

interface InputFormProps {
  /** The input schema of the build; null for an Actor without one. */
  readonly schema: JsonObject | null;
  readonly value: JsonObject;
  readonly onChange: (value: JsonObject) => void;
  /** What the platform says is wrong, by field; `''` is about the whole. */
  readonly errors?: InputErrors;
  /** What has been typed that is no value yet, by field: the input has the last values of these. Empty when all is one. */
  readonly onProblems?: (problems: Readonly<Record<string, string>>) => void;
}

/** A form from an input schema, with the same value as JSON on a toggle. Unknown fields are kept. */
export function InputForm({ schema, value, onChange, errors = {}, onProblems }: InputFormProps) {
  const [mode, setMode] = useAddressState<'form' | 'json'>('input', 'form');
  const report = useProblems(onProblems);
  const isJson = schema === null || mode === 'json';
  return (
    <InputProblems value={report}>
      <div className={styles.form}>
        {schema !== null && (
          <div className={styles.bar}>
            <Chips label="The input as" chips={modes} chosen={mode} onChoose={(id) => setMode(id as typeof mode)} />
            <Button size="small" kind="quiet" onClick={() => onChange(initialInput(schema))}>
              Reset
            </Button>
          </div>
        )}
        <WholeErrors errors={errors} schema={schema} isJson={isJson} />
        {isJson ? (
          <JsonInput schema={schema} value={value} onChange={onChange} />
        ) : (
          <FormSections schema={schema} value={value} onChange={onChange} errors={errors} />
        )}
      </div>
    </InputProblems>
  );
}

const modes = [
  { id: 'form', title: 'Form' },
  { id: 'json', title: 'JSON' },
] as const;

/** What no field of the form shows. */
function WholeErrors(props: {
  readonly errors: InputErrors;
  readonly schema: JsonObject | null;
  readonly isJson: boolean;
}) {
  const { errors, schema, isJson } = props;
  const shown = useMemo(() => {
    const rows = isJson || schema === null ? [] : sectionsOf(schema).flatMap((section) => section.rows);
    return new Set(rows.flatMap((row) => (row.kind === 'field' ? [row.field.key] : row.fields.map(({ key }) => key))));
  }, [schema, isJson]);
  const others = Object.entries(errors).filter(([key]) => !shown.has(key));
  return others.map(([key, text]) => (
    <div key={key} className={styles.error}>
      {text}
    </div>
  ));
}

type Part = Required<Pick<InputFormProps, 'schema' | 'value' | 'onChange'>>;

function JsonInput({ schema, value, onChange }: Part) {
  const { text, setText, problem } = useEditedText({
    path: '',
    value: masked(schema, value),
    toText: jsonText,
    parse: parseInput,
    onChange: (edited) => onChange(unmasked(schema, isObject(edited) ? edited : {}, value)),
  });
  return (
    <>
      <CodeEditor value={text} onChange={setText} language="json" label="Input as JSON" minLines={12} />
      <Problem text={problem} />
    </>
  );
}

function FormSections({ schema, value, onChange, errors }: Part & { readonly errors: InputErrors }) {
  const sections = useMemo(() => sectionsOf(schema ?? {}), [schema]);
  const current = useRef(value);
  current.current = value;
  const set = (key: string, next: unknown) => {
    current.current = withValue(current.current, key, next);
    onChange(current.current);
  };
  const others = unknownKeys(schema, value);
  return (
    <>
      {sections.length === 0 && <Empty title="The Actor takes no input" />}
      {sections.map((section, index) => (
        <Section key={section.caption ?? index} section={section} value={value} set={set} errors={errors} />
      ))}
      {others.length > 0 && (
        <Note>
          Kept, though not in the schema: {others.slice(0, 10).join(', ')}
          {others.length > 10 && ` and ${others.length - 10} more`}. JSON shows them.
        </Note>
      )}
    </>
  );
}

interface SectionProps {
  readonly section: InputSection;
  readonly value: JsonObject;
  readonly set: (key: string, value: unknown) => void;
  readonly errors: InputErrors;
}

function Section({ section: { caption, description, rows }, value, set, errors }: SectionProps) {
  const content = rows.map((row) => (
    <Row
      key={row.kind === 'field' ? row.field.key : `${row.caption}:${row.fields[0]!.key}`}
      row={row}
      {...{ value, set, errors }}
    />
  ));
  if (caption === undefined) return <div>{content}</div>;
  return (
    <details className={styles.section} open>
      <summary>{caption}</summary>
      {description !== '' && (
        <div className={styles.sectionHelp}>
          <Prose text={description} isSmall headingOffset={3} />
        </div>
      )}
      {content}
    </details>
  );
}

function Row({ row, value, set, errors }: Omit<SectionProps, 'section'> & { readonly row: InputRow }) {
  if (row.kind === 'field') {
    const { field } = row;
    return (
      <InputFieldView
        field={field}
        value={value[field.key]}
        onValue={(next) => set(field.key, next)}
        path={field.key}
        error={errors[field.key]}
      />
    );
  }
  return (
    <fieldset className={styles.group}>
      <legend className={styles.caption}>{row.caption}</legend>
      {row.description !== '' && <Prose text={row.description} isSmall headingOffset={3} />}
      {row.fields.map((field) => (
        <Row key={field.key} row={{ kind: 'field', field }} value={value} set={set} errors={errors} />
      ))}
    </fieldset>
  );
}
