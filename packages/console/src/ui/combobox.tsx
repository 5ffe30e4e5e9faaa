import { Combobox as BaseCombobox } from '@base-ui/react/combobox';
import { classes } from './classes.ts';
import styles from './combobox.module.css';
import floating from './floating.module.css';

export interface ComboboxOption {
  readonly value: string;
  readonly label: string;
  /** Said below the label, and searched too. */
  readonly note?: string;
}

interface ComboboxProps {
  /** Given by `Field`. */
  readonly id?: string;
  readonly options: readonly ComboboxOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  /** Said when nothing fits what was typed. */
  readonly empty?: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: boolean;
  readonly 'aria-required'?: boolean;
  readonly 'aria-label'?: string;
}

/** More are found by typing. */
const shownAtOnce = 100;

/** One of many options, found by typing. */
export function Combobox({
  options,
  value,
  onChange,
  placeholder,
  empty = 'Nothing fits that.',
  ...input
}: ComboboxProps) {
  const known = options.find((option) => option.value === value);
  const chosen = known ?? (value === '' ? null : { value, label: value });
  return (
    <BaseCombobox.Root<ComboboxOption>
      items={options}
      value={chosen}
      onValueChange={(option) => option !== null && onChange(option.value)}
      isItemEqualToValue={(one, other) => one.value === other.value}
      filter={(option, query) => fits(option, query)}
      limit={shownAtOnce}
    >
      <BaseCombobox.InputGroup className={styles.group!}>
        <BaseCombobox.Input {...input} placeholder={placeholder} className={styles.input!} />
        <BaseCombobox.Trigger className={styles.trigger!} aria-label="Show the options">
          <span aria-hidden="true">▾</span>
        </BaseCombobox.Trigger>
      </BaseCombobox.InputGroup>
      <BaseCombobox.Portal>
        <BaseCombobox.Positioner sideOffset={4} className={floating.positioner!}>
          <BaseCombobox.Popup className={classes(floating.popup, styles.popup)}>
            <BaseCombobox.Empty>
              <div className={styles.empty}>{empty}</div>
            </BaseCombobox.Empty>
            <BaseCombobox.List className={styles.list!}>
              {(option: ComboboxOption) => (
                <BaseCombobox.Item key={option.value} value={option} className={classes(floating.item, styles.item)}>
                  {option.label}
                  {option.note !== undefined && <small>{option.note}</small>}
                </BaseCombobox.Item>
              )}
            </BaseCombobox.List>
          </BaseCombobox.Popup>
        </BaseCombobox.Positioner>
      </BaseCombobox.Portal>
    </BaseCombobox.Root>
  );
}

/** Each word that was typed is somewhere in the option; `_` and spaces are alike, as in names of zones. */
function fits({ label, note = '', value }: ComboboxOption, query: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll('_', ' ');
  const text = plain(`${label} ${note} ${value}`);
  return plain(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}
