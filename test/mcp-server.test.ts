/** The stock Apify MCP server against a platform, as a language model uses it: by a stock MCP client over stdio. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunFixture, startRunFixture } from '../packages/platform/test/run-fixture.ts';
import { installed } from './support/installation.ts';

const inputSchema = {
  title: 'Adder',
  type: 'object',
  schemaVersion: 1,
  properties: {
    first: { title: 'First', type: 'integer', description: 'The first summand.' },
    second: { title: 'Second', type: 'integer', description: 'The second one.', default: 40 },
  },
  required: ['first'],
};

const views = { overview: { title: 'Sums', transformation: { fields: ['sum'] }, display: { component: 'table' } } };

const definition = {
  actorSpecification: 1,
  name: 'adder',
  version: '0.1',
  input: inputSchema,
  storages: { dataset: { actorSpecification: 1, fields: {}, views } },
};

const adder = `
import { Actor } from 'apify';
await Actor.init();
const { first, second } = await Actor.getInput();
await Actor.pushData([{ first, second, sum: first + second }]);
await Actor.setValue('OUTPUT', { sum: first + second });
await Actor.exit('The sum is there.');
`;

let fixture: RunFixture;
let home: string;
let client: Client;

beforeAll(async () => {
  fixture = await startRunFixture();
  const files = { '.actor/actor.json': JSON.stringify(definition), 'README.md': '# Adder\nKnows arithmetic.' };
  const settings = { title: 'Adder of numbers', description: 'Adds two integers', isPublic: true };
  await fixture.deploy('adder', adder, settings, files);
  const packages = await installed(fileURLToPath(new URL('mcp-server/installation', import.meta.url)), 'mcp-server');
  home = await mkdtemp(path.join(tmpdir(), 'wherry-mcp-server-'));
  client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [
        path.join(packages, '@apify', 'actors-mcp-server', 'dist', 'stdio.js'),
        '--tools',
        'actors,runs,storage,tasks,wherry/adder',
      ],
      // As docs/guides/mcp.md has it.
      env: {
        APIFY_TOKEN: fixture.platform.token,
        APIFY_API_BASE_URL: fixture.platform.url,
        TELEMETRY_ENABLED: 'false',
        HOME: home,
        PATH: process.env.PATH!,
      },
    }),
  );
});

afterAll(async () => {
  await client?.close();
  await rm(home, { recursive: true, force: true });
  await fixture[Symbol.asyncDispose]();
});

/** What a tool returns: the text for the model, and the data beside it. */
async function use(tool: string, input: object) {
  const result = await client.callTool({ name: tool, arguments: input as Record<string, unknown> });
  const text = (result.content as { text?: string }[]).map((part) => part.text ?? '').join('\n');
  expect(result.isError ?? false, `${tool}: ${text}`).toBe(false);
  return { text, data: result.structuredContent as Record<string, never> };
}

interface Called {
  readonly runId: string;
  readonly status: string;
  readonly storages: { readonly datasets: { readonly default: { readonly id: string; readonly itemCount: number } } };
}

test('Actors are searched and described with their input', async () => {
  expect((await use('search-actors', { keywords: 'add arithmetic' })).text).toContain('wherry/adder');
  expect((await use('search-actors', { keywords: 'unheard-of' })).text).not.toContain('wherry/adder');
  const { text } = await use('fetch-actor-details', { actor: 'wherry/adder' });
  for (const part of ['Adder of numbers', 'Adds two integers', 'Knows arithmetic', 'The first summand.']) {
    expect(text).toContain(part);
  }
});

test('an Actor is called, and its run, log, items and records are read', async () => {
  const { data } = await use('call-actor', { actor: 'wherry/adder', input: { first: 2 } });
  const called = data as unknown as Called;
  expect(called.status).toBe('SUCCEEDED');
  const { id, itemCount } = called.storages.datasets.default;
  expect(itemCount).toBe(1);
  const read = await use('get-dataset-items', { datasetId: id });
  expect(read.data).toMatchObject({ items: [{ first: 2, second: 40, sum: 42 }] });
  expect((await use('get-actor-run', { runId: called.runId })).text).toContain('The sum is there.');
  expect((await use('get-actor-run-log', { runId: called.runId, lines: 50 })).text).toContain('The sum is there.');
  const run = (await fixture.client.run(called.runId).get())!;
  expect(run.meta.origin).toBe('MCP');
  const stores = { keyValueStoreId: run.defaultKeyValueStoreId };
  expect((await use('get-key-value-store-keys', stores)).text).toContain('OUTPUT');
  expect((await use('get-key-value-store-record', { ...stores, recordKey: 'OUTPUT' })).text).toContain('42');
  expect((await use('get-dataset-schema', { datasetId: id })).text).toContain('sum');
  expect((await use('get-actor-run-list', { actorId: 'wherry/adder' })).text).toContain(called.runId);
});

test('an Actor that is a tool of its own is called by its name', async () => {
  const { tools } = await client.listTools();
  const tool = tools.find(({ name }) => name.endsWith('adder'))!;
  expect(tool.inputSchema.required).toEqual(['first']);
  const { data } = await use(tool.name, { first: 1, second: 1 });
  const { datasets } = (data as unknown as Called).storages;
  expect((await fixture.client.dataset(datasets.default.id).listItems()).items).toMatchObject([{ sum: 2 }]);
});

test('a task is made, changed and published', async () => {
  await use('create-actor-task', {
    actorId: 'wherry/adder',
    name: 'adds-three',
    input: { first: 3 },
    memoryMbytes: 256,
  });
  const publicConfig = { inputSchemaFields: ['first'], datasetView: 'overview' };
  await use('update-actor-task', { taskId: 'adds-three', title: 'Adds three', publicConfig });
  await use('publish-actor-task', { taskId: 'wherry/adds-three' });
  expect(await fixture.client.task('adds-three').get()).toMatchObject({
    title: 'Adds three',
    input: { first: 3 },
    options: { memoryMbytes: 256 },
    isPublic: true,
    publicConfig,
  });
  await use('unpublish-actor-task', { taskId: 'adds-three' });
  expect((await use('get-actor-task', { taskId: 'adds-three' })).text).toContain('Adds three');
});
