import { createElement, Fragment, memo, type ReactNode } from 'react';
import { type ProseNode, proseOf } from '../model/prose.ts';
import styles from './prose.module.css';

interface ProseProps {
  /** Markdown, with HTML as far as it is text: `model/prose.ts`. */
  readonly text: string;
  /** How many levels the text's headings are below the page's: 2 within a card. */
  readonly headingOffset?: number;
  readonly isSmall?: boolean;
}

/** A text that a user wrote, as React elements. */
export const Prose = memo(({ text, headingOffset = 2, isSmall = false }: ProseProps) => (
  <div className={isSmall ? styles.small : styles.prose} dir="auto">
    {elementsOf(proseOf(text), headingOffset)}
  </div>
));

const elementsOf = (nodes: readonly ProseNode[], headingOffset: number): ReactNode =>
  nodes.map((node, index) => <Fragment key={index}>{elementOf(node, headingOffset)}</Fragment>);

const maxHeading = 6;

function elementOf(node: ProseNode, headingOffset: number): ReactNode {
  if (typeof node === 'string') return node;
  const { tag, href, children } = node;
  const inner = children.length === 0 ? undefined : elementsOf(children, headingOffset);
  if (/^h[1-6]$/.test(tag)) {
    return createElement(`h${Math.min(maxHeading, Number(tag[1]) + headingOffset)}`, undefined, inner);
  }
  switch (tag) {
    case 'a':
      return (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {inner}
        </a>
      );
    case 'pre':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        <pre tabIndex={0}>{inner}</pre>
      );
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        <section className={styles.scroll} tabIndex={0} aria-label="Table">
          <table>{inner}</table>
        </section>
      );
    default:
      return createElement(tag, undefined, inner);
  }
}
