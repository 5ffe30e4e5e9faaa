import { statusText, type Tone } from '../model/status.ts';
import { classes } from './classes.ts';
import styles from './pill.module.css';
import tones from './tones.module.css';

export function Pill({ tone, children }: { readonly tone: Tone; readonly children: React.ReactNode }) {
  return (
    <span className={classes(styles.pill, tones[tone])}>
      <i aria-hidden="true" />
      {children}
    </span>
  );
}

/** The status of a run or a build. */
export function StatusPill({ status }: { readonly status: string }) {
  const { tone, text } = statusText(status);
  return <Pill tone={tone}>{text}</Pill>;
}
