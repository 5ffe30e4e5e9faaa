/** What the overview says at a glance. Pure. */
import type { components } from '../api/wherry-v1.d.ts';
import { formatCount } from './format.ts';
import type { Server } from './servers.ts';
import type { Tone } from './status.ts';

export type Overview = components['schemas']['Overview'];

export interface Glance {
  readonly tone: Tone;
  readonly title: string;
  /** What is wrong, one sentence each, the worst first; what is under way when nothing is. */
  readonly sentences: readonly string[];
}

/**
 * Whether anything is wrong.
 * @param servers undefined for members, who do not see them
 */
export function glanceOf(overview: Overview, servers: readonly Server[] | undefined): Glance {
  const faults = [...serverFaults(servers ?? []), ...runFaults(overview)];
  if (faults.length > 0) {
    const isLate = faults.every(({ tone }) => tone === 'late');
    return {
      tone: isLate ? 'late' : 'failed',
      title: isLate ? 'Something to know' : 'Something is wrong',
      sentences: faults.map(({ text }) => text),
    };
  }
  const ready = servers?.filter(({ state }) => state === 'ready').length;
  return {
    tone: 'ok',
    title: 'All is well',
    sentences: [
      'No run failed in the last 24 hours.',
      ...(ready === undefined ? [] : [`${formatCount(ready, 'server is', 'servers are')} ready.`]),
    ],
  };
}

interface Fault {
  readonly tone: 'failed' | 'late';
  readonly text: string;
}

function serverFaults(servers: readonly Server[]): Fault[] {
  const idsOf = (state: Server['state']) => servers.filter((each) => each.state === state).map(({ id }) => id);
  const [lost, draining] = [idsOf('lost'), idsOf('draining')];
  const faults: Fault[] = [];
  if (lost.length > 0) faults.push({ tone: 'failed', text: `${listOf(lost)} ${isOrAre(lost)} not reached.` });
  if (servers.length > 0 && lost.length + draining.length === servers.length)
    faults.push({ tone: 'failed', text: 'No server takes runs, so new ones wait.' });
  else if (draining.length > 0)
    faults.push({ tone: 'late', text: `${listOf(draining)} ${isOrAre(draining)} drained and takes no new runs.` });
  return faults;
}

function runFaults({ failed24h, waitingForRoom }: Overview): Fault[] {
  const faults: Fault[] = [];
  if (failed24h > 0)
    faults.push({ tone: 'failed', text: `${formatCount(failed24h, 'run')} failed in the last 24 hours.` });
  if (waitingForRoom > 0)
    faults.push({ tone: 'late', text: `${formatCount(waitingForRoom, 'run waits', 'runs wait')} for free memory.` });
  return faults;
}

/** `a`, `a and b`, `a, b and 3 more` */
function listOf(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  if (names.length === 3) return `${names[0]}, ${names[1]} and ${names[2]}`;
  return `${names[0]}, ${names[1]} and ${names.length - 2} more`;
}

const isOrAre = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');

/** Of a progress bar: at most 100, and 100 only when all is done. */
export const percentOf = ({ handled, total }: { readonly handled: number; readonly total: number }): number =>
  total === 0 ? 0 : Math.min(handled >= total ? 100 : 99, Math.floor((handled / total) * 100));
