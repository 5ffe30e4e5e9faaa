import type { FastifyInstance } from 'fastify';
import { type FailedRun, readOverview } from '../../runs/operations/overview.ts';
import { isoTime } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import type { Services } from '../services.ts';

/** The errors of how many runs that are over are remembered. */
const mostKnown = 1000;

/** What a user sees first. Of the log of each failed run its end is read once. */
export function registerOverviewRoutes(app: FastifyInstance, services: Services): void {
  const { database } = services;
  const errors = new ErrorLines(services);
  app.get('/wherry/v1/overview', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const { failures, ...overview } = await database.read(readOverview, { userId: userIdOf(request) }, request.caller);
    const shown = failures.map(async (run) => {
      const { statusMessage: _, finishedAt, ...shownRun } = run;
      return { ...shownRun, finishedAt: isoTime(finishedAt), errorLine: await errors.of(run) };
    });
    return { data: { ...overview, failures: await Promise.all(shown) } };
  });
}

class ErrorLines {
  readonly #logs: Services['logs'];
  /** By the run and its end, since a run may be resurrected and fail again. */
  readonly #known = new Map<string, string | null>();

  constructor({ logs }: Services) {
    this.#logs = logs;
  }

  async of({ runId, status, finishedAt, statusMessage }: FailedRun): Promise<string | null> {
    // What the Actor was doing when its time was over is no reason.
    if (status === 'TIMED-OUT') return statusMessage;
    const key = `${runId}/${finishedAt}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { text, isFinal } = await this.#logs.errorLine(runId);
    const line = text ?? statusMessage;
    if (!isFinal) return line;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostKnown) this.#known.delete(oldest!);
    this.#known.set(key, line);
    return line;
  }
}
