import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatExact } from '../../model/format.ts';
import styles from './run-chart.module.css';

interface RunChartProps {
  readonly title: string;
  /** Of each run, oldest first; null where it is not known. */
  readonly values: readonly (number | null)[];
  /** When each run was started, ISO. */
  readonly labels: readonly string[];
  readonly format: (value: number) => string;
  /** How far apart its lines may be. */
  readonly steps: readonly number[];
}

const heightPx = 170;
const axisPx = 64;

/** Bars of runs. The same figures are in the table below, which is what readers get. */
export default function RunChart({ title, values, labels, format, steps }: RunChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number>();
  const theme = useTheme();
  useEffect(() => {
    const box = host.current!;
    const chart = new uPlot(
      optionsOf(box, { format, steps }, setPointed),
      [values.map((_, index) => index), [...values]],
      box,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: heightPx }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [values, format, steps, theme]);
  const known = values.filter((value) => value !== null);
  const value = pointed === undefined ? undefined : values[pointed];
  const text =
    value === undefined || value === null
      ? `${known.length} of ${values.length} runs`
      : `${format(value)} · ${formatExact(new Date(labels[pointed!]!))}`;
  const most =
    known.length === 0 ? 'none is known' : `from ${format(Math.min(...known))} to ${format(Math.max(...known))}`;
  return (
    <figure className={styles.figure}>
      <div ref={host} role="img" aria-label={`${title} of ${values.length} runs: ${most}. The table below has each.`} />
      <figcaption>{text}</figcaption>
    </figure>
  );
}

function optionsOf(
  box: HTMLElement,
  { format, steps }: Pick<RunChartProps, 'format' | 'steps'>,
  onPoint: (index: number | undefined) => void,
) {
  const colour = (name: string) => getComputedStyle(box).getPropertyValue(name).trim();
  const { color: muted } = getComputedStyle(box);
  const line = resolved(box, '--line');
  const accent = resolved(box, '--accent');
  return {
    width: Math.max(box.clientWidth, 100),
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: (_: uPlot, min: number, max: number) => [min - 0.6, max + 0.6] },
      y: { range: fromZero },
    },
    axes: [
      { show: false },
      {
        size: axisPx,
        incrs: [...steps],
        stroke: muted,
        font: `11px ${colour('--font')}`,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_: uPlot, ticks: number[]) => ticks.map((tick) => (tick < 0 ? '' : format(tick))),
      },
    ],
    series: [
      {},
      {
        fill: accent,
        stroke: accent,
        width: 0,
        paths: uPlot.paths.bars!({ size: [0.8, 24] }),
        points: { show: false },
      },
    ],
    hooks: { setCursor: [({ cursor }: uPlot) => onPoint(cursor.idx ?? undefined)] },
  } as uPlot.Options;
}

const fromZero = (_: uPlot, __: number, most: number): [number, number] => [0, most > 0 ? most * 1.1 : 1];

/** A colour of a token as a canvas takes it. */
function resolved(box: HTMLElement, token: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${token})`;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes with the theme, so that what is drawn is drawn again. */
function useTheme(): string {
  const [theme, setTheme] = useState('');
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const root = document.documentElement;
    const read = () => setTheme(`${root.dataset.theme ?? ''}:${dark.matches}`);
    read();
    dark.addEventListener('change', read);
    const observer = new MutationObserver(read);
    observer.observe(root, { attributeFilter: ['data-theme'] });
    return () => {
      dark.removeEventListener('change', read);
      observer.disconnect();
    };
  }, []);
  return theme;
}
