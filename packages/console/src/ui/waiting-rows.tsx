import styles from './waiting-rows.module.css';

interface WaitingRowsProps {
  /** Makes the newest the ones that are shown, where scrolling to the top does not. */
  readonly onShow?: () => void;
  readonly children: React.ReactNode;
}

/** Stays in sight above a list whose rows do not move while they are read: what is new waits until it is asked for. */
export function WaitingRows({ onShow, children }: WaitingRowsProps) {
  const show = () => {
    onShow?.();
    window.scrollTo({ top: 0 });
  };
  return (
    <div className={styles.waiting}>
      <button type="button" onClick={show}>
        {children}
      </button>
    </div>
  );
}
