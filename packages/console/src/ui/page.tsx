import { useEffect } from 'react';
import { classes } from './classes.ts';
import { type Crumb, useShowCrumbs } from './crumbs.ts';
import styles from './page.module.css';

interface PageProps {
  /** Of the browser's tab, and of the page unless `heading` says more. */
  readonly title: string;
  /** The heading with what belongs to it, such as a status. */
  readonly heading?: React.ReactNode;
  /** A line below the heading. */
  readonly about?: React.ReactNode;
  readonly actions?: React.ReactNode;
  /** The way to the page from its section; its title unless set. */
  readonly crumbs?: readonly Crumb[];
  readonly children: React.ReactNode;
}

export function Page({ title, heading = title, about, actions, crumbs = [{ text: title }], children }: PageProps) {
  useShowCrumbs(crumbs);
  useEffect(() => {
    document.title = `${title} · Wherry`;
  }, [title]);
  return (
    <>
      <div className={styles.title}>
        <div className={styles.words}>
          <h1>{heading}</h1>
          {about !== undefined && <div className={styles.about}>{about}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </>
  );
}

export interface CardProps {
  readonly title?: React.ReactNode;
  /** Said after the title, in a fainter tone. */
  readonly note?: React.ReactNode;
  readonly actions?: React.ReactNode;
  /** Whether the content keeps a distance from the edges; tables do not. */
  readonly isPadded?: boolean;
  readonly className?: string;
  readonly children: React.ReactNode;
}

export function Card({ title, note, actions, isPadded = false, className, children }: CardProps) {
  return (
    <section className={classes(styles.card, className)}>
      {title !== undefined && (
        <h2>
          {title}
          {note !== undefined && <small className={styles.note}>{note}</small>}
          {actions !== undefined && <span className={styles.cardActions}>{actions}</span>}
        </h2>
      )}
      {isPadded ? <div className={styles.padded}>{children}</div> : children}
    </section>
  );
}

interface Fact {
  readonly name: string;
  readonly value: React.ReactNode;
  readonly note?: React.ReactNode;
}

/** A row of named figures. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note !== undefined && <small> {note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
