import { startFixture } from '../../platform/test/fixture.ts';
import { startRun as plantRun } from '../../platform/test/planted-run.ts';
import { WherryBackend } from '../src/wherry/wherry-backend.ts';
import type { BackendFixture } from './backend-contract.ts';
import { resultsOf } from './planted-results.ts';

export interface WherryFixture extends BackendFixture {
  readonly url: string;
  open(token?: string): Promise<WherryBackend>;
  /** Makes this attempt the active one. */
  activate(attempt: number): Promise<void>;
}

/** A run on a real platform without an engine. The test acts as its process. */
export async function startWherryFixture(): Promise<WherryFixture> {
  const fixture = await startFixture();
  const planted = await plantRun(fixture);
  const opened: WherryBackend[] = [];
  return {
    url: fixture.platform.url,
    async open(token = 'run-attempt-1') {
      const backend = new WherryBackend({ baseUrl: fixture.platform.url, token, runId: 'run' });
      opened.push(backend);
      return backend;
    },
    activate: planted.activate,
    ...resultsOf(planted),
    async [Symbol.asyncDispose]() {
      for (const backend of opened) backend.close();
      await planted[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
    },
  };
}
