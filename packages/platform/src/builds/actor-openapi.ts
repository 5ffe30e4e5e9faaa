import { defineRead } from '../database/operation.ts';
import { one } from '../database/sql.ts';
import type { BuildResult } from './build-row.ts';
import { type BuildAddress, findReadableBuildRow } from './builds.ts';

/** What describes a build: its Actor's name is that of now, since a build outlives its Actor and its name. */
export const describedBuild = defineRead('builds.described', function* (address: BuildAddress) {
  const row = yield* findReadableBuildRow(address);
  const actor = yield* one<{ name: string; username: string }>(
    'SELECT actors.name, users.username FROM actors JOIN users ON users.id = actors.user_id WHERE actors.id = ?',
    row.actor_id,
  );
  const result = row.result_json === null ? undefined : (JSON.parse(row.result_json) as BuildResult);
  return {
    actorId: row.actor_id,
    actorName: actor === undefined ? row.actor_id : `${actor.username}/${actor.name}`,
    buildNumber: row.number,
    inputSchema: result?.inputSchema ?? null,
  };
});

interface DescribedBuild {
  readonly actorId: string;
  readonly actorName: string;
  readonly buildNumber: string;
  readonly inputSchema: Readonly<Record<string, unknown>> | null;
}

/** The keywords of an input schema that OpenAPI knows; the others are for Apify's form. */
const keywords = [
  'title',
  'description',
  'type',
  'properties',
  'required',
  'items',
  'enum',
  'default',
  'example',
  'nullable',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'additionalProperties',
];

function schemaOf(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const schema: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(input)) {
    if (!keywords.includes(keyword)) continue;
    schema[keyword] = keyword === 'properties' ? propertiesOf(value) : keyword === 'items' ? subschemaOf(value) : value;
  }
  return schema;
}

const subschemaOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? schemaOf(value as Readonly<Record<string, unknown>>)
    : value;

const propertiesOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, subschemaOf(schema)]))
    : value;

/** The ways to start the Actor, and what they respond with. */
const starts = [
  {
    path: 'run-sync-get-dataset-items',
    id: 'run-sync-get-dataset-items',
    summary: 'Runs the Actor, waits for its end, and responds with the items of its default dataset.',
    content: { 'application/json': { schema: { type: 'array', items: { type: 'object' } } } },
  },
  {
    path: 'runs',
    id: 'runs',
    summary: 'Starts a run of the Actor and responds with the run.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/runResponse' } } },
  },
  {
    path: 'run-sync',
    id: 'run-sync',
    summary: 'Runs the Actor, waits for its end, and responds with its record OUTPUT.',
    content: { '*/*': { schema: {} } },
  },
];

/** Describes how to run the Actor of a build as an OpenAPI document. Every build has one, also one that failed. */
export function actorOpenApi(build: DescribedBuild, publicUrl: string): Record<string, unknown> {
  const { actorId, actorName, buildNumber, inputSchema } = build;
  const parameters = [{ name: 'token', in: 'query', required: true, schema: { type: 'string' } }];
  const requestBody = {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/inputSchema' } } },
  };
  const paths = starts.map(({ path, id, summary, content }) => [
    `/actors/${actorId}/${path}`,
    {
      post: {
        operationId: `${id}-${actorName.replace('/', '-')}`,
        summary,
        tags: ['Run Actor'],
        requestBody,
        parameters,
        responses: { 200: { description: 'OK', content }, 201: { description: 'Created', content } },
      },
    },
  ]);
  return {
    openapi: '3.0.1',
    info: { title: actorName, description: inputSchema?.description ?? '', version: buildNumber },
    servers: [{ url: `${publicUrl}/v2` }],
    paths: Object.fromEntries(paths),
    components: {
      schemas: {
        inputSchema: inputSchema === null ? { type: 'object' } : schemaOf(inputSchema),
        runResponse: { type: 'object', properties: { data: { type: 'object' } } },
      },
    },
  };
}
