/**
 * Which rows of a long table are in sight. Pure; all lengths are in px.
 *
 * [rows-1] The height that is scrolled is at most `maxScrollPx`, since browsers cut off what is higher (Firefox at about 17,900,000).
 * A longer table is scrolled in proportion: the position in its rows and the browser's `scrollTop` are two values.
 * [rows-2] A small step of the wheel or a finger moves by as many px in every table, however long it is.
 */
export const maxScrollPx = 12_000_000;

export interface RowLayout {
  readonly rowCount: number;
  readonly rowPx: number;
  /** The height of the part that is seen. */
  readonly viewPx: number;
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most));

const contentPx = ({ rowCount, rowPx }: RowLayout): number => rowCount * rowPx;

/** The height of what the browser scrolls. */
export const scrollHeightPx = (layout: RowLayout): number => Math.min(contentPx(layout), maxScrollPx);

/** The greatest position, with the last row at the lower edge. */
export const lastPosition = (layout: RowLayout): number => Math.max(0, contentPx(layout) - layout.viewPx);

const ratioOf = (layout: RowLayout): number => {
  const most = scrollHeightPx(layout) - layout.viewPx;
  return most <= 0 ? 1 : lastPosition(layout) / most;
};

/** The position in the rows that belongs to a `scrollTop`. */
export const positionAt = (scrollTop: number, layout: RowLayout): number =>
  clamp(scrollTop * ratioOf(layout), lastPosition(layout));

/** The `scrollTop` that belongs to a position in the rows. */
export const scrollTopAt = (position: number, layout: RowLayout): number =>
  clamp(position / ratioOf(layout), Math.max(0, scrollHeightPx(layout) - layout.viewPx));

export interface Scrolled {
  readonly position: number;
  readonly scrollTop: number;
}

/** The position after the browser has scrolled: a step [rows-2], or a jump by the scroll bar. */
export function positionAfter(former: Scrolled, scrollTop: number, layout: RowLayout): number {
  const step = scrollTop - former.scrollTop;
  const isJump = Math.abs(step) > layout.viewPx;
  if (isJump || ratioOf(layout) === 1) return positionAt(scrollTop, layout);
  return clamp(former.position + step, lastPosition(layout));
}

export interface RowsInSight {
  readonly first: number;
  /** After the last one. */
  readonly end: number;
  /** Where the first row is drawn, from the upper edge of the view. */
  readonly offsetPx: number;
}

/** @param spare how many rows are drawn beyond each edge */
export function rowsInSight(position: number, layout: RowLayout, spare: number): RowsInSight {
  const { rowPx, viewPx, rowCount } = layout;
  const first = Math.max(0, Math.floor(position / rowPx) - spare);
  const end = Math.min(rowCount, Math.ceil((position + viewPx) / rowPx) + spare);
  return { first, end: Math.max(first, end), offsetPx: first * rowPx - position };
}

/** The position that shows a row as a whole, as near as possible to the present one. */
export function positionToShow(row: number, position: number, layout: RowLayout): number {
  const top = row * layout.rowPx;
  if (top < position) return clamp(top, lastPosition(layout));
  const bottom = top + layout.rowPx;
  return bottom > position + layout.viewPx ? clamp(bottom - layout.viewPx, lastPosition(layout)) : position;
}

/** Columns that together fill the width that there is. @param isFlexible which of them may become wider */
export function fitWidths(widths: readonly number[], isFlexible: readonly boolean[], availablePx: number): number[] {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const flexible = widths.reduce((sum, width, index) => sum + (isFlexible[index] ? width : 0), 0);
  const spare = Math.floor(availablePx - total);
  if (spare <= 0 || flexible === 0) return [...widths];
  return widths.map((width, index) => (isFlexible[index] ? width + (spare * width) / flexible : width));
}
