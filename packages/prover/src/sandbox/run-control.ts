/** What the prover does to a run through the API of the private platform. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HandoffMode, MigrationResult } from '../faults/fault-injectors.ts';

export interface Address {
  readonly url: string;
  readonly token: string;
}

/**
 * How long a `lost` handoff is requested again when the platform refuses it, because another handoff may be in
 * progress.
 */
const retryForMs = 15_000;
const retryEveryMs = 50;

export async function migrate(platform: Address, runId: string, mode: HandoffMode): Promise<MigrationResult> {
  const endsAt = performance.now() + retryForMs;
  for (;;) {
    const response = await fetch(`${platform.url}/wherry/v1/runs/${runId}/migrate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mode }),
    });
    if (response.ok) return 'moved';
    if (await isOver(platform, runId)) return 'over';
    if (performance.now() > endsAt || mode !== 'lost') return 'refused';
    await delay(retryEveryMs);
  }
}

const terminal = new Set(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED-OUT']);

export const isTerminal = (status: string): boolean => terminal.has(status);

async function isOver(platform: Address, runId: string): Promise<boolean> {
  const status = await statusOf(platform, runId);
  return status !== undefined && isTerminal(status);
}

/**
 * Waits up to a second for the end of the run and returns its status. Returns undefined while the platform does not
 * respond, as when it is being restarted.
 */
export async function statusOf({ url, token }: Address, runId: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  try {
    const response = await fetch(`${url}/v2/actor-runs/${runId}?waitForFinish=1`, { headers });
    return ((await response.json()) as { data?: { status: string } }).data?.status;
  } catch {
    return undefined;
  }
}
