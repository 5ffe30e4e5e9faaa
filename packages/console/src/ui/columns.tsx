import styles from './columns.module.css';

interface Children {
  readonly children: React.ReactNode;
}

/** Two parts of one width; below each other on narrow screens. */
export function Halves({ children }: Children) {
  return <div className={styles.halves}>{children}</div>;
}

/** What is filled in, and beside it what belongs to all of it, which stays in sight; below each other on narrow screens. */
export function WithSide({ side, children }: Children & { readonly side: React.ReactNode }) {
  return (
    <div className={styles.withSide}>
      <div>{children}</div>
      <div className={styles.side}>{side}</div>
    </div>
  );
}
