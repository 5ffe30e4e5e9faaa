/** Spans of real runs, as an SDK that the operator has registered gets them. */
import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { type RunFixture, startRunFixture } from './run-fixture.ts';

const exporter = new InMemorySpanExporter();
let fixture: RunFixture;

beforeAll(async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  fixture = await startRunFixture({ handoffs: { quietGraceSecs: 0.2 } });
});
afterAll(async () => {
  trace.disable();
  await fixture[Symbol.asyncDispose]();
});

const spansOf = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
const msOf = ([secs, nanos]: ReadableSpan['startTime']) => secs * 1000 + nanos / 1e6;

/** An attempt that has called the platform has come up. */
const waiting = `
const { APIFY_API_BASE_URL, APIFY_API_PUBLIC_BASE_URL, APIFY_TOKEN, ACTOR_RUN_ID } = process.env;
const api = (APIFY_API_BASE_URL ?? APIFY_API_PUBLIC_BASE_URL).replace(/\\/$/, '');
await fetch(api + '/v2/actor-runs/' + ACTOR_RUN_ID, { headers: { authorization: 'Bearer ' + APIFY_TOKEN } });
setInterval(() => undefined, 1000);
`;

test('a run, its build and its handoff with its phases are spans', async () => {
  const actorId = await fixture.deploy('waiting', waiting);
  const run = await fixture.start(actorId, {});
  await until('it runs', async () => (await fixture.client.run(run.id).get())!.status === 'RUNNING');
  expect(await fixture.migrate(run.id, 'cold')).toMatchObject({ outcome: 'done' });
  await fixture.client.run(run.id).abort();
  expect(await fixture.client.run(run.id).waitForFinish()).toMatchObject({ status: 'ABORTED' });

  expect(spansOf('build')).toMatchObject([{ attributes: { 'wherry.build.status': 'SUCCEEDED' } }]);
  const [ofRun] = spansOf('run');
  expect(ofRun!.attributes).toMatchObject({
    'wherry.run.id': run.id,
    'wherry.actor.id': actorId,
    'wherry.run.status': 'ABORTED',
    'wherry.run.attempts': 2,
  });
  const [handoff] = spansOf('handoff');
  expect(handoff!.attributes).toMatchObject({
    'wherry.run.id': run.id,
    'wherry.handoff.mode': 'cold',
    'wherry.handoff.reason': 'migration',
    'wherry.handoff.outcome': 'done',
    'wherry.handoff.from': 1,
    'wherry.handoff.to': 2,
  });
  const phases = ['prepare', 'drain', 'resume'].map((phase) => spansOf(`handoff ${phase}`)[0]!);
  for (const phase of phases) expect(phase.parentSpanContext).toEqual(handoff!.spanContext());
  // They follow each other without a gap.
  expect(phases.map(({ startTime }) => msOf(startTime))).toEqual([
    msOf(handoff!.startTime),
    ...phases.slice(0, -1).map(({ endTime }) => msOf(endTime)),
  ]);
  expect(msOf(phases.at(-1)!.endTime)).toBe(msOf(handoff!.endTime));
});

test('a call is a span with the pattern of its route, and a write is a commit', async () => {
  exporter.reset();
  const { id } = await fixture.client.datasets().getOrCreate('traced');
  await fixture.client.dataset(id).pushItems([{ a: 1 }]);
  await until('both calls are over', () => spansOf('POST /v2/datasets/:storageId/items').length === 1);
  const [push] = spansOf('POST /v2/datasets/:storageId/items');
  expect(push!.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/v2/datasets/:storageId/items',
    'http.response.status_code': 201,
  });
  expect(spansOf('database commit').length).toBeGreaterThanOrEqual(2);
});
