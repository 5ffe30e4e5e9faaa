import { expect, test } from 'vitest';
import {
  fitWidths,
  lastPosition,
  maxScrollPx,
  positionAfter,
  positionAt,
  positionToShow,
  rowsInSight,
  scrollHeightPx,
  scrollTopAt,
} from '../src/model/virtual-rows.ts';

const layoutOf = (rowCount: number) => ({ rowCount, rowPx: 34, viewPx: 510 });
const counts = [0, 1, 14, 15, 16, 1000, 352_941, 352_942, 1_000_000, 50_000_000];

test('[rows-1] no table is scrolled higher than browsers can, and its ends are its first and its last row', () => {
  for (const count of counts) {
    const layout = layoutOf(count);
    expect(scrollHeightPx(layout)).toBeLessThanOrEqual(maxScrollPx);
    const most = Math.max(0, scrollHeightPx(layout) - layout.viewPx);
    expect(positionAt(0, layout)).toBe(0);
    expect(positionAt(most, layout)).toBeCloseTo(lastPosition(layout), 3);
    expect(rowsInSight(positionAt(most, layout), layout, 4).end).toBe(count);
    expect(rowsInSight(0, layout, 4).first).toBe(0);
  }
});

test('the scroll bar and the rows say the same place', () => {
  for (const count of counts) {
    const layout = layoutOf(count);
    for (const part of [0, 0.1, 0.5, 0.999, 1]) {
      const position = lastPosition(layout) * part;
      expect(positionAt(scrollTopAt(position, layout), layout)).toBeCloseTo(position, 2);
    }
  }
});

test('[rows-2] a step moves the rows by as many px in a table of any length, a jump in proportion', () => {
  const layout = layoutOf(1_000_000);
  const from = { position: 17_000_000, scrollTop: scrollTopAt(17_000_000, layout) };
  expect(positionAfter(from, from.scrollTop + 100, layout)).toBe(17_000_100);
  expect(positionAfter(from, from.scrollTop - 34, layout)).toBe(16_999_966);
  expect(positionAfter(from, 0, layout)).toBe(0);
  expect(positionAfter({ position: 10, scrollTop: 100 }, 50, layout), 'not before the first row').toBe(0);
  const end = lastPosition(layout);
  expect(positionAfter({ position: end - 5, scrollTop: 1000 }, 1100, layout), 'not after the last row').toBe(end);
});

test('what is drawn covers what is seen, and is as much at any place', () => {
  const layout = layoutOf(1_000_000);
  for (let position = 0; position < 2000; position += 7) {
    const { first, end, offsetPx } = rowsInSight(position, layout, 4);
    expect(offsetPx).toBeLessThanOrEqual(0);
    expect(offsetPx + (end - first) * layout.rowPx).toBeGreaterThanOrEqual(layout.viewPx);
    expect(end - first).toBeLessThanOrEqual(layout.viewPx / layout.rowPx + 1 + 8);
  }
});

test('a row that is chosen by the keyboard comes into sight as a whole, and nothing moves when it is there', () => {
  const layout = layoutOf(1000);
  expect(positionToShow(3, 0, layout)).toBe(0);
  expect(positionToShow(15, 0, layout)).toBe(34);
  expect(positionToShow(2, 340, layout)).toBe(68);
  expect(positionToShow(999, 0, layout)).toBe(lastPosition(layout));
});

test('columns fill the width that there is, and only those that may grow do', () => {
  expect(fitWidths([50, 100, 100], [false, true, true], 450)).toEqual([50, 200, 200]);
  expect(fitWidths([50, 100, 300], [false, true, true], 400), 'what is too wide stays').toEqual([50, 100, 300]);
  expect(fitWidths([50, 60], [false, false], 400)).toEqual([50, 60]);
});
