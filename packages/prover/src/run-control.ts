/** What the prover does to a run from the outside, through the platform's own API. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PrivatePlatform } from './private-platform.ts';

export type HandoffMode = 'warm' | 'cold' | 'lost';

/** How long a handoff that cannot start yet is asked for again: another may be under way. */
const askForMs = 15_000;
const askAgainMs = 50;

/**
 * Moves a run. `moved`: it goes on at another attempt; `over`: it had ended before, so there was nothing to move;
 * `refused`: the platform would not.
 */
export async function migrate(
  platform: Pick<PrivatePlatform, 'url' | 'token'>,
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

export async function isOver({ url, token }: Pick<PrivatePlatform, 'url' | 'token'>, runId: string): Promise<boolean> {
  const answer = await fetch(`${url}/v2/actor-runs/${runId}`, { headers: { authorization: `Bearer ${token}` } });
  const { data } = (await answer.json()) as { data?: { status: string } };
  return data !== undefined && terminal.has(data.status);
}
