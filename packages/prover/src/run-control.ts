/** What the prover does to a run from the outside, through the platform's own API. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Address {
  readonly url: string;
  readonly token: string;
}

export type HandoffMode = 'warm' | 'cold' | 'lost';

/** How long a handoff that cannot start yet is asked for again: another may be under way. */
const askForMs = 15_000;
const askAgainMs = 50;

/**
 * Moves a run. `moved`: it goes on at another attempt; `over`: it had ended before, so there was nothing to move;
 * `refused`: the platform would not.
 */
export async function migrate(
  platform: Address,
  runId: string,
  mode: HandoffMode,
): Promise<'moved' | 'over' | 'refused'> {
  const endsAt = performance.now() + askForMs;
  for (;;) {
    const answer = await fetch(`${platform.url}/wherry/v1/runs/${runId}/migrate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mode }),
    });
    if (answer.ok) return 'moved';
    if (await isOver(platform, runId)) return 'over';
    if (performance.now() > endsAt || mode !== 'lost') return 'refused';
    await delay(askAgainMs);
  }
}

const terminal = new Set(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED-OUT']);

export const isTerminal = (status: string): boolean => terminal.has(status);

async function isOver(platform: Address, runId: string): Promise<boolean> {
  const status = await statusOf(platform, runId);
  return status !== undefined && isTerminal(status);
}

/** Waits a second for the end of the run. Undefined while the platform does not answer: it may be just starting again. */
export async function statusOf({ url, token }: Address, runId: string): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(`${url}/v2/actor-runs/${runId}?waitForFinish=1`, { headers });
    return ((await answer.json()) as { data?: { status: string } }).data?.status;
  } catch {
    return undefined;
  }
}
