/** A line of a log as pieces of text with what they look like. Pure: it makes no HTML. */

import Anser from 'anser';
import type { Span } from './log-buffer.ts';

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
type LogColour = (typeof colours)[number];

export interface LogPiece {
  readonly text: string;
  readonly colour: LogColour | undefined;
  readonly isBright: boolean;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  /** Belongs to what is searched for. */
  readonly isFound: boolean;
}

const plain = { colour: undefined, isBright: false, isBold: false, isDim: false, isItalic: false, isUnderlined: false };

/** @param found where a search has found its text in the line without escape sequences */
export function piecesOf(text: string, found: readonly Span[] = []): readonly LogPiece[] {
  const pieces = text.includes('\u001b') ? coloured(text) : [{ ...plain, text, isFound: false }];
  return found.length === 0 ? pieces : marked(pieces, found);
}

function coloured(text: string): LogPiece[] {
  return Anser.ansiToJson(text, { json: true, remove_empty: true, use_classes: true }).map(
    ({ content, fg, fg_truecolor, decorations }) => {
      const { colour, isBright } = colourOf(fg, fg_truecolor);
      return {
        text: content,
        colour,
        isBright,
        isBold: decorations.includes('bold'),
        isDim: decorations.includes('dim'),
        isItalic: decorations.includes('italic'),
        isUnderlined: decorations.includes('underline'),
        isFound: false,
      };
    },
  );
}

interface Colour {
  readonly colour: LogColour | undefined;
  readonly isBright: boolean;
}

const none: Colour = { colour: undefined, isBright: false };

/** Only the eight names: those have enough contrast in both themes. Others become the nearest of them. */
function colourOf(name: string | null, rgb: string | null): Colour {
  if (!name) return none;
  const [, bright, base] = /^ansi-(bright-)?([a-z]+)$/.exec(name) ?? [];
  const colour = colours.find((each) => each === base);
  if (colour !== undefined) return { colour, isBright: bright !== undefined };
  const palette = /^ansi-palette-(\d+)$/.exec(name)?.[1];
  const parts = palette === undefined ? rgb?.split(',').map(Number) : ofPalette(Number(palette));
  return parts?.length === 3 && parts.every((part) => part >= 0) ? nearest(parts) : none;
}

/** The cube and the greys of a terminal's 256 colours. */
function ofPalette(index: number): number[] {
  if (index >= 232) return Array(3).fill((index - 232) * 10 + 8);
  const steps = [0, 95, 135, 175, 215, 255];
  const cube = index - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((part) => steps[part] ?? -1);
}

function nearest(parts: readonly number[]): Colour {
  const most = Math.max(...parts);
  const least = Math.min(...parts);
  if (most - least < 40) return { colour: most < 128 ? 'black' : 'white', isBright: true };
  const limit = (most + least) / 2;
  const bits = parts.reduce((sum, part, index) => sum + (part > limit ? 1 << index : 0), 0);
  return { colour: colours[bits], isBright: most > 200 };
}

function marked(pieces: readonly LogPiece[], found: readonly Span[]): LogPiece[] {
  const result: LogPiece[] = [];
  let start = 0;
  for (const piece of pieces) {
    const end = start + piece.text.length;
    let at = start;
    const add = (to: number, isFound: boolean) => {
      if (to > at) result.push({ ...piece, text: piece.text.slice(at - start, to - start), isFound });
      at = Math.max(at, to);
    };
    for (const { from, to } of found) {
      if (to <= at || from >= end) continue;
      add(from, false);
      add(Math.min(to, end), true);
    }
    add(end, false);
    start = end;
  }
  return result;
}
