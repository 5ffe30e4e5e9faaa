import { memo, useId } from 'react';
import type { TimelineBar, TimelineLane, TimelineLayout, TimelineLink } from '../../model/timeline.ts';
import { type PhaseName, phaseNames } from '../../model/timeline-phases.ts';
import type { TimelineChart } from '../../model/timeline-samples.ts';
import { clockText } from '../../model/timeline-ticks.ts';
import { classes } from '../../ui/classes.ts';
import styles from './timeline.module.css';

interface ShapesProps {
  readonly layout: TimelineLayout;
  readonly serverStates: ReadonlyMap<string, string>;
}

interface OverlayProps {
  readonly layout: TimelineLayout;
  readonly cursorX: number | undefined;
  /** What is being chosen by dragging. */
  readonly brush: readonly [number, number] | undefined;
}

/** Draws a layout. The reading beside it, and the table, say the same in words. */
export const TimelineShapes = memo(function TimelineShapes({ layout, serverStates }: ShapesProps) {
  const { width, height, plotX, plotWidth, axisY } = layout;
  const id = useId();
  const top = layout.lanes[0]?.y ?? 0;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className={styles.shapes}>
      <Patterns id={id} />
      <g className={styles.grid}>
        {layout.ticks.map(({ atMs, x }) => (
          <path key={atMs} d={`M${x} ${top}V${axisY}`} />
        ))}
      </g>
      {layout.lanes.map((lane) => (
        <Lane key={lane.key} lane={lane} layout={layout} state={stateOf(lane, serverStates)} />
      ))}
      <SlimBars bars={layout.bars.filter(isSlim)} id={id} />
      {layout.bars.map((bar) => !isSlim(bar) && <Bar key={bar.attempt} bar={bar} id={id} />)}
      {layout.bands.map(
        ({ key, x, y, width: bandWidth, height: bandHeight, count, firstAttempt, lastAttempt, fromMs, toMs }) => (
          <g key={key}>
            <title>{`Attempts ${firstAttempt} to ${lastAttempt} (${count}), ${clockText(fromMs)} to ${clockText(toMs)}`}</title>
            <rect className={styles.band} x={x} y={y + 3} width={bandWidth} height={bandHeight - 6} rx={2} />
            {bandWidth > String(count).length * 7 + 12 && (
              <text className={styles.bandCount} x={x + bandWidth / 2} y={y + 16} textAnchor="middle">
                {count}
              </text>
            )}
          </g>
        ),
      )}
      {layout.links.map((link, index) => (
        <Link key={index} link={link} />
      ))}
      {layout.links.map(({ id: linkId, words }) => words && <LinkWords key={linkId} words={words} />)}
      {layout.charts.map((chart) => (
        <Chart key={chart.metric} chart={chart} layout={layout} />
      ))}
      <path className={styles.axis} d={`M${plotX} ${axisY}H${plotX + plotWidth}`} />
      {layout.ticks.map(({ atMs, x, text }) => (
        <text key={atMs} x={Math.min(x, width - 4)} y={axisY + 17} textAnchor={x > width - 34 ? 'end' : 'middle'}>
          {text}
        </text>
      ))}
    </svg>
  );
});

/** The crosshair, apart from the shapes, which do not change when it moves. */
export function TimelineOverlay({ layout, cursorX, brush }: OverlayProps) {
  const { width, height, plotX, plotWidth, axisY } = layout;
  const top = layout.lanes[0]?.y ?? 0;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className={styles.overlay}>
      {brush !== undefined && (
        <rect className={styles.brush} x={brush[0]} y={top} width={brush[1] - brush[0]} height={axisY - top} />
      )}
      {cursorX !== undefined && cursorX >= plotX && cursorX <= plotX + plotWidth + 1 && (
        <path className={styles.cursor} d={`M${cursorX} ${top}V${axisY}`} />
      )}
    </svg>
  );
}

/** Also the legend's. */
export function Patterns({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={`${id}boots`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" className={styles.hatchGround} />
        <path d="M0 0v6" className={styles.hatch} />
      </pattern>
      <pattern id={`${id}drains`} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="7" height="7" className={styles.active} />
        <path d="M0 0v7" className={styles.stripe} />
      </pattern>
    </defs>
  );
}

const stateOf = ({ isFolded, serverIds }: TimelineLane, states: ReadonlyMap<string, string>): string =>
  isFolded ? 'not in use' : (states.get(serverIds[0]!) ?? '');

const charPx = 7;

function Lane({
  lane,
  layout,
  state,
}: {
  readonly lane: TimelineLane;
  readonly layout: TimelineLayout;
  readonly state: string;
}) {
  const { plotX, plotWidth } = layout;
  const room = Math.floor((plotX - 22) / charPx);
  const title = lane.title.length > room ? `${lane.title.slice(0, room - 1)}…` : lane.title;
  return (
    <g>
      <rect className={styles.lane} x={plotX} y={lane.y} width={plotWidth} height={lane.height} />
      <text className={styles.server} x={14} y={lane.y + (state === '' ? 21 : 16)}>
        <title>{lane.serverIds.join(', ')}</title>
        {title}
      </text>
      <text x={14} y={lane.y + 30}>
        {state}
      </text>
    </g>
  );
}

const slimPx = 16;
/** It has no room for a number, and nothing is said of its end. */
const isSlim = ({ width, end }: TimelineBar): boolean => width < slimPx && end.kind === 'replaced';

/** Hundreds of narrow bars: one shape for each phase, since as many elements as phases would be slow. */
function SlimBars({ bars, id }: { readonly bars: readonly TimelineBar[]; readonly id: string }) {
  const fences = bars.filter(({ fenceX }) => fenceX !== null);
  return (
    <g>
      {phaseNames.map((phase) => (
        <path key={phase} className={styles[phase]} fill={fillOf(phase, id)} d={slimShape(bars, phase)} />
      ))}
      <path
        className={styles.fence}
        d={fences.map(({ fenceX, y, height }) => fenceLine(fenceX!, y, height)).join('')}
      />
    </g>
  );
}

const slimShape = (bars: readonly TimelineBar[], phase: PhaseName): string =>
  bars
    .flatMap(({ phases, y, height }) =>
      phases.map(({ name, x, width }) =>
        name === phase ? `M${x.toFixed(1)} ${y}h${width.toFixed(1)}v${height}H${x.toFixed(1)}z` : '',
      ),
    )
    .join('');

const fillOf = (phase: PhaseName, id: string): string | undefined =>
  phase === 'boots' || phase === 'drains' ? `url(#${id}${phase})` : undefined;

const fenceLine = (x: number, y: number, height: number): string => `M${x} ${y - 4}v${height + 8}`;

function Bar({ bar, id }: { readonly bar: TimelineBar; readonly id: string }) {
  const { attempt, serverId, x, y, height, phases, fenceX, end, endX, labelX } = bar;
  const isOver = end.kind !== 'open';
  return (
    <g>
      <title>{`Attempt ${attempt} on ${serverId}${isOver && end.text !== '' ? `, ${end.text}` : ''}`}</title>
      {phases.map(({ name, x: phaseX, width }, index) => (
        <rect
          key={index}
          className={styles[name]}
          fill={fillOf(name, id)}
          x={name === 'waits' ? phaseX + 0.5 : phaseX}
          y={name === 'waits' ? y + 0.5 : y}
          width={name === 'waits' ? Math.max(1, width - 1) : width}
          height={name === 'waits' ? height - 1 : height}
          rx={Math.min(4, width / 2)}
        />
      ))}
      {labelX !== null && (
        <text className={styles.number} x={labelX} y={y + 16}>
          {attempt}
        </text>
      )}
      {fenceX !== null && <path className={styles.fence} d={fenceLine(fenceX, y, height)} />}
      {!isOver && endX !== null && <circle className={styles.now} cx={Math.max(x, endX)} cy={y + height / 2} r={4.5} />}
      {endX !== null && <End kind={end.kind} text={isOver ? end.text : ''} x={endX + 12} y={y + height / 2} />}
    </g>
  );
}

function End({
  kind,
  text,
  x,
  y,
}: {
  readonly kind: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
}) {
  if (kind === 'succeeded') return <path className={styles.good} d={`M${x - 5} ${y}l4 4l7-8`} />;
  if (kind !== 'failed' && kind !== 'lost') return null;
  return (
    <g>
      <path className={styles.bad} d={`M${x - 5} ${y - 5}l10 10m0-10l-10 10`} />
      {text.startsWith('SIG') && (
        <text className={styles.signal} x={x - 20} y={y + 4} textAnchor="end">
          {text}
        </text>
      )}
    </g>
  );
}

function Link({ link: { from, to, isUnderWay, text } }: { readonly link: TimelineLink }) {
  const [x1, y1] = from;
  const [x2, y2] = to;
  const bend = Math.max(8, Math.abs(y2 - y1) * 0.6) * (y2 >= y1 ? 1 : -1);
  return (
    <g>
      <title>{text}</title>
      <path
        className={classes(styles.link, isUnderWay && styles.underWay)}
        d={`M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`}
      />
    </g>
  );
}

/** Above all lines, so that none crosses them. */
function LinkWords({ words: { x, y, anchor, text } }: { readonly words: NonNullable<TimelineLink['words']> }) {
  return (
    <text className={styles.words} x={x} y={y} textAnchor={anchor}>
      {text}
    </text>
  );
}

function Chart({ chart, layout }: { readonly chart: TimelineChart; readonly layout: TimelineLayout }) {
  const { title, y, height, maxText, lastText, lines } = chart;
  const bottom = y + height;
  return (
    <g>
      <text x={14} y={y + 14}>
        {title}
      </text>
      <text className={styles.figure} x={14} y={y + 29}>
        {lastText}
      </text>
      <path className={styles.base} d={`M${layout.plotX} ${bottom}H${layout.plotX + layout.plotWidth}`} />
      <path className={styles.area} d={lines.map((points) => areaOf(points, bottom)).join('')} />
      <path className={styles.line} d={lines.map(lineOf).join('')} />
      <text className={styles.max} x={layout.plotX + 4} y={y + 8}>
        {maxText}
      </text>
    </g>
  );
}

type Points = TimelineChart['lines'][number];

const textOf = (points: Points): string => points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L');
/** A single point is a short line. */
const lineOf = (points: Points): string => `M${textOf(points)}${points.length === 1 ? 'h1' : ''}`;
const areaOf = (points: Points, bottom: number): string =>
  `M${points[0]![0].toFixed(1)} ${bottom}L${textOf(points)}L${points.at(-1)![0].toFixed(1)} ${bottom}Z`;
