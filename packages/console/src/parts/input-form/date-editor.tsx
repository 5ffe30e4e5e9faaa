import { dateKindsOf, dateUnits, parseDate, relativeText } from '../../model/input-text.ts';
import { Select } from '../../ui/fields.tsx';
import { controlOf, type EditorProps, placeholderOf } from './editor-props.ts';
import styles from './input-form.module.css';

/** A day, or how long ago; where both are taken, a choice between them. Anything else that the value is stays a text. */
export function DateEditor(props: EditorProps) {
  const { field, value, onChange } = props;
  const kinds = dateKindsOf(field);
  const text = typeof value === 'string' ? value : '';
  const date = text === '' ? undefined : parseDate(text);
  const kind = date?.kind ?? kinds[0]!;
  const choose = (chosen: string) => onChange(chosen === 'relative' ? relativeText(1, 'day') : undefined);
  return (
    <div className={styles.line}>
      {kinds.length > 1 && (
        <Select
          className={styles.short}
          aria-label={`Kind of ${field.title}`}
          value={kind === 'relative' ? 'relative' : 'absolute'}
          onChange={choose}
          options={[
            { value: 'absolute', label: 'On a day' },
            { value: 'relative', label: 'Time ago' },
          ]}
        />
      )}
      {kind === 'absolute' && (
        <input
          {...controlOf(props)}
          aria-label={field.title}
          className={styles.short}
          type="date"
          value={text}
          onChange={({ target }) => onChange(target.value || undefined)}
        />
      )}
      {kind === 'relative' && <RelativeDate {...props} />}
      {kind === 'other' && (
        <input
          {...controlOf(props)}
          aria-label={field.title}
          value={text}
          placeholder={placeholderOf(field)}
          onChange={({ target }) => onChange(target.value || undefined)}
        />
      )}
    </div>
  );
}

function RelativeDate(props: EditorProps) {
  const { field, value, onChange } = props;
  const date = parseDate(typeof value === 'string' ? value : '');
  const { amount, unit } = date.kind === 'relative' ? date : { amount: undefined, unit: 'day' };
  const units: readonly string[] = (dateUnits as readonly string[]).includes(unit) ? dateUnits : [unit, ...dateUnits];
  const setAmount = (text: string) => {
    const number = Number.parseInt(text, 10);
    onChange(Number.isNaN(number) ? undefined : relativeText(number, unit));
  };
  return (
    <>
      <input
        {...controlOf(props)}
        aria-label={`Amount of ${field.title}`}
        className={styles.number}
        inputMode="numeric"
        value={amount ?? ''}
        placeholder={placeholderOf(field)}
        onChange={({ target }) => setAmount(target.value)}
      />
      <Select
        className={styles.short}
        aria-label={`Unit of ${field.title}`}
        value={unit}
        onChange={(next) => onChange(relativeText(amount ?? 1, next))}
        options={units.map((each) => ({ value: each, label: `${each}s` }))}
      />
    </>
  );
}
