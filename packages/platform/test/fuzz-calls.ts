/** Calls that a seed determines: of the app's own routes, mostly almost right, since those get furthest. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { RouteOptions } from 'fastify';
import pino from 'pino';
import { createApp } from '../src/api/app.ts';
import { registerRoutes } from '../src/api/routes.ts';
import type { Random } from './simulation/random.ts';

export interface Route {
  readonly method: string;
  readonly url: string;
}

export interface FuzzCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
}

/** The routes of the API. */
export async function fuzzRoutes(): Promise<Route[]> {
  const routes: Route[] = [];
  const logger = pino({ level: 'silent' });
  const app = createApp({ authenticator: {} as never, database: {} as never, gate: {} as never, logger });
  app.addHook('onRoute', ({ method, url }: RouteOptions) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  registerRoutes(app, {} as never, { commits: true });
  await app.ready();
  return routes;
}

/** What exists on the platform, by the name of the parameter that stands for it in routes' URLs. */
export type Known = Readonly<Record<string, readonly string[]>>;

const nested = (levels: number, [open, close] = ['[', ']'] as const) => open.repeat(levels) + close.repeat(levels);

const hostileTexts = [
  ...['', ' ', '.', '..', '../..', '/', '~', 'me~x', 'a~b~c', 'a/b', '%', '%00', '\0', '\n', '\ud800', 'ž', '😀'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'true', '[object Object]'],
  ...['0', '-1', '1', '1.5', '1e400', '-0', '9007199254740993', '99999999999999999999', '0x10', '١'],
  ...[
    "'",
    '"',
    "' OR 1=1 --",
    ';',
    '\\',
    '{}',
    '[]',
    '[1',
    'x'.repeat(300),
    'x'.repeat(3000),
    'INPUT',
    'last',
    'default',
  ],
  ...['2026-01-31T12:00:00Z', '-271822-01-01', '275760-09-14', 'http://x', 'W10=', 'eyJ9', 'SUCCEEDED', 'AAAA.BBBB'],
];

/** JSON texts, since not all of them are values that JavaScript writes. */
const hostileJson = [
  ...[
    'null',
    'true',
    '0',
    '-1',
    '1.5',
    '1e400',
    '-1e400',
    '1e308',
    '9007199254740993',
    '""',
    '"x"',
    '[]',
    '{}',
    '[[]]',
  ],
  ...['[null]', '{"__proto__":{"a":1}}', '{"constructor":1}', '{"toString":null}', '"\\u0000"', '"\\ud800"', '{"":0}'],
  ...[nested(40), nested(499), nested(3000), `${'{"a":'.repeat(490)}1${'}'.repeat(490)}`, `"${'x'.repeat(5000)}"`],
  ...[
    '{"length":1e9}',
    '[1,2,3]',
    '{"a":{"b":[1]}}',
    '"2026-01-31T12:00:00Z"',
    '{"valueOf":1}',
    `[${'0,'.repeat(5000)}0]`,
  ],
];

const queryNames = (
  'attachment bom build clean clientKey cursor delimiter desc download exclusiveStartId exclusiveStartKey fields filter ' +
  'flatten forefront format limit lockSecs my name offset omit outputFields ownership prefix raw simplified skipEmpty ' +
  'skipFailedPages skipHeaderRow skipHidden sortBy startedAfter startedBefore status stream tag unnamed unwind useCache ' +
  'version timeout memory origin webhooks maxItems maxTotalChargeUsd restartOnError forcePermissionLevel outputRecordKey ' +
  'targetActorId gracefully collection betaPackages skipHeaders rawHeaders escapeFormulas view __proto__ constructor ' +
  'xmlRoot xmlRow feedTitle feedDescription signature'
).split(' ');

const queryValues = [
  'a',
  'a,b,c',
  'a.b',
  'csv',
  'json',
  'jsonl',
  'xml',
  'rss',
  'html',
  'xlsx',
  '10',
  '1000',
  '0.1',
  '0.0',
  '128',
  '256',
  'false',
];

/** What a call may wait for, kept short. */
const waits = [
  'waitForFinish=0',
  'waitForFinish=0.1',
  'waitForFinish=-1',
  'waitForFinish=x',
  'waitForFinish=__proto__',
];

const request = {
  url: 'http://example.test/a',
  uniqueKey: 'k',
  userData: { a: [1] },
  method: 'GET',
  headers: { a: 'b' },
};
const sourceFiles = [{ name: 'main.js', format: 'TEXT', content: '' }];
const version = {
  versionNumber: '0.2',
  sourceType: 'SOURCE_FILES',
  buildTag: 'b',
  sourceFiles,
  envVars: [{ name: 'A', value: 'x' }],
};
const actor = {
  name: 'fuzzed',
  title: 't',
  versions: [version],
  pricingInfos: [
    { pricingModel: 'PAY_PER_EVENT', pricingPerEvent: { actorChargeEvents: { e: { eventPriceUsd: 1 } } } },
  ],
  defaultRunOptions: { build: 'latest', timeoutSecs: 1, memoryMbytes: 128 },
  taggedBuilds: { latest: null },
  exampleRunInput: { body: '{}', contentType: 'application/json' },
};
const commit = {
  id: 'c',
  items: [{ items: [{ a: 1 }] }],
  records: [{ key: 'k', value: { a: 1 } }],
  requests: [{ add: [request], handled: [] }],
  charges: [{ eventName: 'e', count: 1 }],
};

const task = {
  name: 'fuzzed-task',
  title: 't',
  input: { f: 'aaa', secret: 's', resource: 'd' },
  options: {
    build: 'latest',
    timeoutSecs: 1,
    memoryMbytes: 128,
    restartOnError: false,
    maxItems: 1,
    maxTotalChargeUsd: 1,
  },
  actorStandby: { isEnabled: true, memoryMbytes: 128 },
  isPublic: false,
  publicConfig: { inputSchemaFields: ['f'], datasetView: 'v', seoTitle: 's' },
};

/** A body that suits the routes whose URL ends so; the first that fits counts. */
const bodies: readonly (readonly [RegExp, unknown])[] = [
  [/\/items$/, [{ a: [1, 2], b: { c: [{ d: 1 }] } }, { '#x': 1 }]],
  [/\/requests\/batch$/, [request, { ...request, id: 'x' }]],
  [/\/requests(\/:requestId)?$/, request],
  [/\/commits\/:sequence$/, commit],
  [/\/charge$/, { eventName: 'e', count: 1 }],
  [/\/migrate$/, { mode: 'warm', server: 'local-1' }],
  [/\/env-vars/, { name: 'A', value: 'x', isSecret: false }],
  [/\/versions/, version],
  [/\/(acts|actors)(\/:actorId)?$/, actor],
  [/\/actor-tasks\/:actorTaskId\/input$/, { f: 'bbb', secret: 's' }],
  [/\/actor-tasks(\/:actorTaskId)?$/, task],
  [/\/decode-and-verify$/, { encoded: 'AAAA.BBBB' }],
  [/\/(runs|run-sync.*|validate-input|metamorph)$/, { f: 'aaa', secret: 's', resource: 'd' }],
  [/(:storageId|dataset|key-value-store|request-queue)$/, { name: 'renamed', title: 't', generalAccess: 'RESTRICTED' }],
  [/:runId$/, { statusMessage: 'm', isStatusMessageTerminal: false, generalAccess: 'RESTRICTED' }],
];

const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'text/json',
  'application/xml',
];
const hostileTypes = [
  '',
  'x',
  'application/json; charset=none',
  ';',
  'multipart/form-data',
  '*/*',
  '__proto__',
  'a/b'.repeat(90),
];

export class FuzzCalls {
  readonly #random: Random;
  readonly #known: Known;
  readonly #token: string;

  constructor(random: Random, { known, token }: { known: Known; token: string }) {
    this.#random = random;
    this.#known = known;
    this.#token = token;
  }

  of({ method: declared, url }: Route): FuzzCall {
    const random = this.#random;
    const method = random.chance(0.95)
      ? declared
      : random.pick(['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS']);
    const named = url
      .replace('/datasets/:storageId', '/datasets/:datasetId')
      .replace('/key-value-stores/:storageId', '/key-value-stores/:storeId')
      .replace('/request-queues/:storageId', '/request-queues/:queueId');
    const path = named.replaceAll(/:(\w+)/g, (_match, name: string) => this.#parameter(name));
    const mayHaveBody = method !== 'GET' && method !== 'HEAD';
    const plain = mayHaveBody && random.chance(0.9) ? this.#body(url) : undefined;
    const { body, encoding } = plain === undefined ? { body: undefined } : this.#encoded(plain);
    const headers = this.#headers(encoding);
    return { method, path: path + this.#query(), headers, body };
  }

  #parameter(name: string): string {
    const known = this.#known[name] ?? [];
    if (known.length > 0 && this.#random.chance(0.9)) return encodeURIComponent(this.#random.pick(known));
    const text = this.#random.pick([...hostileTexts, ...Object.values(this.#known).flat()]);
    return this.#random.chance(0.1) ? text.replaceAll(/[^!-~]/g, '') : encodeURIComponent(text.toWellFormed());
  }

  #query(): string {
    const random = this.#random;
    const parts = Array.from({ length: random.below(5) }, () => {
      if (random.chance(0.1)) return random.pick(waits);
      const value = random.pick(random.chance(0.5) ? queryValues : hostileTexts);
      return `${random.pick(queryNames)}=${encodeURIComponent(value.toWellFormed())}`;
    });
    if (random.chance(0.02)) parts.push('%zz=%');
    return parts.length === 0 ? '' : `?${parts.join('&')}`;
  }

  #body(url: string): Buffer {
    const random = this.#random;
    const [, usual] = bodies.find(([pattern]) => pattern.test(url)) ?? random.pick(bodies);
    const template = random.chance(0.85) ? usual : random.pick(bodies)[1];
    if (random.chance(0.1)) return Buffer.from(random.pick(hostileJson));
    if (random.chance(0.05)) return Buffer.from(random.pick(hostileTexts));
    return Buffer.from(this.#mutated(template, random.below(4)));
  }

  /** The JSON of a value, in which some values are replaced and some names are added. */
  #mutated(value: unknown, changes: number): string {
    const random = this.#random;
    if (changes > 0 && random.chance(0.25)) return random.pick(hostileJson);
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((each) => this.#mutated(each, changes)).join(',')}]`;
    const fields = Object.entries(value)
      .filter(() => !(changes > 0 && random.chance(0.1)))
      .map(([name, field]) => `${JSON.stringify(name)}:${this.#mutated(field, changes)}`);
    if (changes > 0 && random.chance(0.2)) fields.push(`"__proto__":${random.pick(hostileJson)}`);
    return `{${fields.join(',')}}`;
  }

  #encoded(body: Buffer): { body: Buffer; encoding?: string } {
    const random = this.#random;
    if (random.chance(0.85)) return { body };
    const encoding = random.pick(['gzip', 'br', 'deflate', 'identity', 'constructor', '__proto__', 'gzip, br', 'x']);
    if (random.chance(0.3)) return { body, encoding };
    const compressed = encoding === 'br' ? brotliCompressSync(body) : gzipSync(body);
    return { body: random.chance(0.2) ? compressed.subarray(0, compressed.length >> 1) : compressed, encoding };
  }

  #headers(encoding: string | undefined): Record<string, string> {
    const random = this.#random;
    const type = random.chance(0.9)
      ? random.pick(contentTypes.slice(0, random.chance(0.8) ? 2 : undefined))
      : random.pick(hostileTypes);
    const token = random.chance(0.95) ? this.#token : random.pick(['wrong', '', 'a b', 'x'.repeat(3000)]);
    return {
      ...(random.chance(0.97) && { authorization: `Bearer ${token}` }),
      ...(random.chance(0.95) && { 'content-type': type }),
      ...(encoding !== undefined && { 'content-encoding': encoding }),
      ...(random.chance(0.05) && { 'idempotency-key': random.pick(['k', 'x'.repeat(300), '__proto__']) }),
      ...(random.chance(0.05) && { 'x-apify-request-origin': random.pick(['WEB', '__proto__', 'x']) }),
      ...(random.chance(0.03) && { 'user-agent': random.pick(['', 'x'.repeat(5000)]) }),
      ...(random.chance(0.02) && { range: 'bytes=0-1', expect: '100-continue' }),
    };
  }
}
