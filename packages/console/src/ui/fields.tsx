import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { cloneElement, type ReactElement, useId } from 'react';
import { classes } from './classes.ts';
import styles from './fields.module.css';

interface FieldProps {
  readonly label: React.ReactNode;
  readonly help?: React.ReactNode;
  /** What is wrong with the value. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  /** One input, select or textarea. */
  readonly children: ReactElement;
}

/** A labelled input with its help below it and what is wrong with it. */
export function Field({ label, help, error, isRequired = false, children }: FieldProps) {
  const id = useId();
  const described = [help !== undefined && `${id}-help`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {label}
        {isRequired && <span className={styles.required}> required</span>}
      </label>
      {cloneElement(children as ReactElement<Record<string, unknown>>, {
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error === undefined ? undefined : true,
        'aria-required': isRequired || undefined,
      })}
      {help !== undefined && (
        <div id={`${id}-help`} className={styles.help}>
          {help}
        </div>
      )}
      {error !== undefined && (
        <div id={`${id}-error`} className={styles.error}>
          {error}
        </div>
      )}
    </div>
  );
}

interface SelectProps extends Omit<React.SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The browser's own list: it is right on phones and with the keyboard. */
export function Select({ options, onChange, className, ...others }: SelectProps) {
  return (
    <select {...others} className={classes(styles.select, className)} onChange={({ target }) => onChange(target.value)}>
      {options.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

interface ChoicesProps {
  readonly legend: React.ReactNode;
  /** Each in a line of its own. */
  readonly isStacked?: boolean;
  /** Labels, each with a checkbox or a radio button before its text. */
  readonly children: React.ReactNode;
}

export function Choices({ legend, isStacked = false, children }: ChoicesProps) {
  return (
    <fieldset className={classes(styles.choices, isStacked && styles.stacked)}>
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}

/** Switches below each other. */
export function Switches({ children }: { readonly children: React.ReactNode }) {
  return <div className={styles.switches}>{children}</div>;
}

interface SwitchProps {
  readonly label: React.ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly className?: string;
}

export function Switch({ label, isOn, onChange, className }: SwitchProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch within is the control
    <label className={classes(styles.switchLabel, className)}>
      <BaseSwitch.Root checked={isOn} onCheckedChange={onChange} className={styles.switch}>
        <BaseSwitch.Thumb className={styles.thumb} />
      </BaseSwitch.Root>
      {label}
    </label>
  );
}
