import styles from './toolbar.module.css';

/** The row of controls above a table: what narrows it at the left, what belongs to all of it at the right. */
export function Toolbar({ children, end }: { readonly children?: React.ReactNode; readonly end?: React.ReactNode }) {
  return (
    <div className={styles.bar}>
      {children}
      {end !== undefined && <span className={styles.end}>{end}</span>}
    </div>
  );
}

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function SearchField({ label, value, onChange }: SearchFieldProps) {
  return (
    <input
      type="search"
      className={styles.search}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
