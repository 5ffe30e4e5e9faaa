import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ApifyClient } from 'apify-client';
import { atMost, type Benchmark, type Figure } from '../benchmark.ts';
import { deploy } from '../deployment.ts';
import { newFolderOfClone, startPlatformProcess, token } from '../processes.ts';
import { median } from '../rounds.ts';

const actorFile = new URL('../actors/web-server.js', import.meta.url);
const requestsPerSec = 50;

/** A web server that is moved back and forth between two servers while clients use it. */
export const web: Benchmark = {
  name: 'web',
  about: `a web server with ${requestsPerSec} requests a second that is moved: how many fail, and how long they take`,
  async run({ quick, profileFolder }) {
    await using folder = await newFolderOfClone();
    await using platform = await startPlatformProcess(folder.path, profileFolder);
    const client = new ApifyClient({ baseUrl: platform.ready, token });
    const actorId = await deploy(client, 'web-server', await readFile(actorFile, 'utf8'));
    const { id, containerUrl } = await client.actor(actorId).start();
    // Held until the Actor has booted.
    await fetch(containerUrl);
    const load = new Load(containerUrl);
    await load.during(() => delay(2000));
    const unmoved = load.take();
    await load.during(async () => {
      for (let moves = 0; moves < (quick ? 3 : 20); moves += 1) {
        await move(platform.ready, id);
        await delay(500);
      }
    });
    const moved = load.take();
    await client.run(id).abort();
    return figuresOf(unmoved, moved);
  },
};

async function move(url: string, runId: string): Promise<void> {
  const response = await fetch(`${url}/wherry/v1/runs/${runId}/migrate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ mode: 'warm' }),
  });
  const { data } = (await response.json()) as { data?: { mode: string; outcome: string } };
  if (data?.outcome !== 'done' || data.mode !== 'warm') throw new Error(`a handoff failed: ${JSON.stringify(data)}`);
}

interface Tally {
  readonly times: readonly number[];
  readonly failures: number;
}

/** Requests at a steady rate, however long each takes; every other one changes something, so it is never sent twice. */
class Load {
  readonly #url: string;
  #times: number[] = [];
  #failures = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async during(work: () => Promise<unknown>): Promise<void> {
    const sent: Promise<void>[] = [];
    const timer = setInterval(() => sent.push(this.#send(sent.length)), 1000 / requestsPerSec);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
    await Promise.all(sent);
  }

  take(): Tally {
    const tally = { times: this.#times, failures: this.#failures };
    this.#times = [];
    this.#failures = 0;
    return tally;
  }

  async #send(number: number): Promise<void> {
    const startedAt = performance.now();
    try {
      const response = await fetch(this.#url, { method: number % 2 === 0 ? 'GET' : 'POST' });
      if (response.status !== 200 || (await response.text()) !== 'served') this.#failures += 1;
    } catch {
      this.#failures += 1;
    }
    this.#times.push(performance.now() - startedAt);
  }
}

function figuresOf(unmoved: Tally, moved: Tally): Figure[] {
  const beside = { what: 'while it is not moved', value: median(unmoved.times), unit: 'ms' };
  return [
    {
      what: `requests that failed, of ${moved.times.length}`,
      value: moved.failures,
      unit: '',
      goals: [atMost(moved.failures, 0, '0')],
    },
    { what: 'a request, median', value: median(moved.times), unit: 'ms', beside, goals: [] },
    { what: 'a request, the longest', value: Math.max(...moved.times), unit: 'ms', goals: [] },
  ];
}
