import { memo, useState } from 'react';
import { type LogLine, plainOf, spansOf } from '../model/log-buffer.ts';
import { type LogPiece, piecesOf } from '../model/log-pieces.ts';
import { clockText } from '../model/timeline-ticks.ts';
import { classes } from '../ui/classes.ts';
import styles from './log-view.module.css';

/** What is shown of a line before one asks for the rest. */
const maxChars = 3000;

interface LogRowProps {
  readonly line: LogLine;
  readonly wanted: string;
  /** Whether the search is here. */
  readonly isCurrent: boolean;
}

/** A line of a log. Its number is not part of a selection, and neither is it copied. */
export const LogRow = memo(
  function LogRow({ line, wanted, isCurrent }: LogRowProps) {
    const [isWhole, setIsWhole] = useState(false);
    const { number, atMs, level } = line;
    const text = isWhole ? line.text : line.text.slice(0, maxChars);
    const hidden = line.text.length - text.length;
    return (
      <div className={classes(styles.row, styles[level], isCurrent && styles.current)} data-number={number}>
        {atMs !== undefined && (
          <time dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toISOString()}>
            {clockText(atMs)}{' '}
          </time>
        )}
        {level === 'own' && <span className={styles.by}>Wherry </span>}
        <span className={styles.text}>
          {piecesOf(text, spansOf(plainOf(text), wanted)).map((piece, index) => (
            <Piece key={index} piece={piece} />
          ))}
        </span>
        {hidden > 0 && (
          <button type="button" className={styles.more} onClick={() => setIsWhole(true)}>
            {hidden} more characters
          </button>
        )}
      </div>
    );
  },
  (before, after) =>
    before.line.number === after.line.number &&
    before.line.text === after.line.text &&
    before.wanted === after.wanted &&
    before.isCurrent === after.isCurrent,
);

function Piece({ piece }: { readonly piece: LogPiece }) {
  const { text, colour, isBright, isBold, isDim, isItalic, isUnderlined, isFound } = piece;
  const name = classes(
    colour !== undefined && styles[colour],
    isBold && styles.bold,
    (isDim || (colour === 'black' && isBright)) && styles.dim,
    isItalic && styles.italic,
    isUnderlined && styles.underlined,
  );
  if (isFound) return <mark className={name}>{text}</mark>;
  return name === '' ? text : <span className={name}>{text}</span>;
}
