/** What became of a dispatch, in words. Pure. */
import type { components } from '../api/apify-v2.d.ts';
import type { Tone } from './status.ts';

type Dispatch = components['schemas']['WebhookDispatch'];
type Call = NonNullable<Dispatch['calls']>[number];

interface Words {
  readonly tone: Tone;
  readonly text: string;
}

/** Of a dispatch, or of the last one of a webhook. */
export function dispatchStatus(status: string, calls: readonly Call[] = []): Words {
  if (status === 'SUCCEEDED') return { tone: 'ok', text: 'Delivered' };
  if (status === 'FAILED') return { tone: 'failed', text: 'Failed' };
  return calls.some(({ finishedAt }) => finishedAt) && calls.at(-1)?.finishedAt
    ? { tone: 'late', text: 'Tried again later' }
    : { tone: 'running', text: 'Sending' };
}

export function callStatus({ finishedAt, errorMessage, responseStatus }: Call): Words {
  if (!finishedAt) return { tone: 'running', text: 'Under way' };
  if (errorMessage) return { tone: 'failed', text: responseStatus ? `Status ${responseStatus}` : 'No response' };
  return { tone: 'ok', text: `Status ${responseStatus ?? '2xx'}` };
}
