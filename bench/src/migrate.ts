import { token } from './processes.ts';

type Mode = 'warm' | 'cold' | 'lost';

/** Moves a run and waits until it has moved. Returns the downtime in ms. */
export async function migrate(url: string, runId: string, mode: Mode): Promise<number> {
  const answer = await fetch(`${url}/wherry/v1/runs/${runId}/migrate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  });
  const { data } = (await answer.json()) as { data?: { mode: string; downtimeMs: number | null; outcome: string } };
  if (data?.outcome !== 'done' || data.mode !== mode || data.downtimeMs === null) {
    throw new Error(`a ${mode} handoff failed: ${answer.status} ${JSON.stringify(data)}`);
  }
  return data.downtimeMs;
}
