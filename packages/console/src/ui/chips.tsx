import styles from './chips.module.css';
import { classes } from './classes.ts';

interface Chip {
  readonly id: string;
  readonly title: string;
}

/** A row of choices, of which one is taken; none is while `chosen` is the id of no chip. */
export function Chips({
  label,
  chips,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly chips: readonly Chip[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}) {
  return (
    <fieldset className={styles.chips} aria-label={label}>
      {chips.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === chosen}
          className={classes(styles.chip, id === chosen && styles.chosen)}
          onClick={() => onChoose(id)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}
