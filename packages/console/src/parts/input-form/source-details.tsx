import type { SourceRow } from '../../model/input-lists.ts';
import { isObject } from '../../model/input-schema.ts';
import { jsonText, type Parsed, parseJsonText } from '../../model/input-text.ts';
import { Select } from '../../ui/fields.tsx';
import styles from './input-form.module.css';
import { useEditedText } from './input-problems.tsx';
import { Problem } from './text-editors.tsx';

const methods = ['', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface SourceDetailsProps {
  readonly row: SourceRow;
  readonly label: string;
  readonly path: string;
  readonly onChange: (change: Partial<SourceRow>) => void;
}

/** What a request has besides its URL. */
export function SourceDetails({ row, label, path, onChange }: SourceDetailsProps) {
  return (
    <div className={styles.grid}>
      <Select
        aria-label={`${label}, method`}
        value={row.method}
        onChange={(method) => onChange({ method })}
        options={[...new Set([...methods, row.method])].map((method) => ({ value: method, label: method || 'Method' }))}
      />
      <input
        aria-label={`${label}, payload`}
        placeholder="Payload"
        value={row.payload}
        onChange={({ target }) => onChange({ payload: target.value })}
      />
      <ObjectText
        label={`${label}, headers`}
        placeholder='Headers, as {"name": "value"}'
        path={`${path}.headers`}
        value={row.headers}
        onChange={(headers) => onChange({ headers })}
      />
      <ObjectText
        label={`${label}, user data`}
        placeholder='User data, as {"label": "START"}'
        path={`${path}.userData`}
        value={row.userData}
        onChange={(userData) => onChange({ userData })}
      />
    </div>
  );
}

interface ObjectTextProps {
  readonly label: string;
  readonly placeholder: string;
  readonly path: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

const parseObject = (text: string): Parsed => {
  const parsed = parseJsonText(text);
  return parsed.kind !== 'value' || isObject(parsed.value)
    ? parsed
    : { kind: 'invalid', message: 'Write a JSON object: { … }.' };
};

function ObjectText({ label, placeholder, path, value, onChange }: ObjectTextProps) {
  const { text, setText, problem } = useEditedText({ path, value, toText: jsonText, parse: parseObject, onChange });
  return (
    <div>
      <textarea
        aria-label={label}
        aria-invalid={problem !== undefined || undefined}
        placeholder={placeholder}
        rows={2}
        value={text}
        onChange={({ target }) => setText(target.value)}
        spellCheck={false}
      />
      <Problem text={problem} />
    </div>
  );
}
