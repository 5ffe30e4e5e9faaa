import { useState } from 'react';
import { choicesOf, itemsOf, textsOf } from '../../model/input-schema.ts';
import { Button } from '../../ui/button.tsx';
import type { EditorProps } from './editor-props.ts';
import styles from './input-form.module.css';

/** With more choices, there is a filter. */
const manyChoices = 12;

/** Several of a list of choices, and others too where they are only suggested. */
export function ChoicesEditor({ field, value, onChange }: EditorProps) {
  const [search, setSearch] = useState('');
  const chosen = textsOf(value);
  const { isClosed, options } = choicesOf(itemsOf(field));
  const offered = new Set(options.map((option) => option.value));
  const all = [
    ...options,
    ...chosen.filter((each) => !offered.has(each)).map((each) => ({ value: each, label: each })),
  ];
  const wanted = search.trim().toLowerCase();
  const shown = all.filter(({ label }) => label.toLowerCase().includes(wanted));
  const toggle = (option: string, isOn: boolean) => {
    const next = isOn ? [...chosen, option] : chosen.filter((each) => each !== option);
    onChange(next.length === 0 ? undefined : next);
  };
  const own = search.trim();
  const canAdd = !isClosed && own !== '' && !all.some((option) => option.value === own);
  return (
    <div>
      {(all.length > manyChoices || !isClosed) && (
        <div className={styles.row}>
          <input
            type="search"
            aria-label={`Search in ${field.title}`}
            placeholder={isClosed ? 'Search' : 'Search, or type another value'}
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
          {!isClosed && (
            <Button
              size="small"
              disabledReason={canAdd ? undefined : 'Type a value that is not in the list.'}
              onClick={() => {
                toggle(own, true);
                setSearch('');
              }}
            >
              Add
            </Button>
          )}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
      <section className={styles.choices} aria-label={`Choices of ${field.title}`} tabIndex={0}>
        {shown.map(({ value: option, label }) => (
          <label key={option} className={styles.choice}>
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              onChange={({ target }) => toggle(option, target.checked)}
            />
            {label}
          </label>
        ))}
        {shown.length === 0 && <span className={styles.faint}>Nothing like this.</span>}
      </section>
    </div>
  );
}
