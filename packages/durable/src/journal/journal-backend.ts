import type { Backend, ChildRun, CommitOutcome, RunStart } from '../backend.ts';
import type { Commit } from '../commit.ts';
import type { RunsApi } from '../http/runs-api.ts';
import { ChildRuns } from './child-runs.ts';
import { CommitJournal } from './commit-journal.ts';
import type { AtCrashPoint } from './crash-points.ts';
import type { Storages } from './storages.ts';

export interface JournalParts {
  readonly storages: Storages;
  /** Undefined if no API is known that could start runs. */
  readonly runs: RunsApi | undefined;
  /** The id of this run. It is in the user agent of the starts of child runs. */
  readonly runId: string;
  readonly at?: AtCrashPoint;
}

/** Commits through a journal in the run's key-value store. `commit-journal.ts` lists the invariants. */
export class JournalBackend implements Backend {
  readonly kind = 'journal';
  readonly #storages: Storages;
  readonly #journal: CommitJournal;
  readonly #runs: RunsApi | undefined;
  readonly #children: ChildRuns | undefined;

  constructor({ storages, runs, runId, at = () => {} }: JournalParts) {
    this.#storages = storages;
    this.#journal = new CommitJournal(storages, { at });
    this.#runs = runs;
    this.#children = runs && new ChildRuns(storages, runs, { parent: runId, at });
  }

  recover(): Promise<number> {
    return this.#journal.recover();
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#journal.commit(commit);
  }

  async readRecord(key: string): Promise<string | undefined> {
    const bytes = await this.#storages.readRecord(key);
    return bytes && Buffer.from(bytes).toString('utf8');
  }

  writeRecord(key: string, text: string): Promise<void> {
    const contentType = 'application/json; charset=utf-8';
    return this.#storages.writeRecord({ key, bytes: Buffer.from(text), contentType });
  }

  deleteRecord(key: string): Promise<void> {
    return this.#storages.deleteRecord({ key });
  }

  async startRun(start: RunStart): Promise<string> {
    if (this.#children === undefined) throw noApi();
    return this.#children.start(start);
  }

  async waitForRun(runId: string): Promise<ChildRun> {
    if (this.#runs === undefined) throw noApi();
    return this.#runs.waitForEnd(runId);
  }
}

const noApi = (): Error =>
  new Error('No API is configured to start runs. Log in with `apify login`, or set APIFY_TOKEN, and start again.');
