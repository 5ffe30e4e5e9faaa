/** The writes that an Actor makes, recognized by the API calls that make them. */
import { isObject, type Json, type JsonObject, shortTextOf } from '../comparison/json.ts';

export const writeTypes = [
  'push',
  'record',
  'add',
  'handled',
  'reclaim',
  'lock',
  'charge',
  'start',
  'commit',
  'storage',
  'status',
  'outside',
  'other',
] as const;
export type WriteType = (typeof writeTypes)[number];

export interface Write {
  readonly type: WriteType;
  /** A clause that can follow "before" and "after": `item {"page":3} was pushed`. */
  readonly text: string;
}

export interface ApiCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Parsed when it is JSON. */
  readonly body: Json | undefined;
}

interface Rule {
  readonly methods: readonly string[];
  readonly path: RegExp;
  writeOf(call: ApiCall, match: RegExpExecArray): Write;
}

/** The path of a storage by its id, or of the default storage of a run. */
const below = (storage: string) => `^/v2/(?:.+/)?${storage}(?:s/[^/]+)?`;
const queue = below('request-queue');

const rules: readonly Rule[] = [
  {
    methods: ['POST'],
    path: new RegExp(`${below('dataset')}/items$`),
    writeOf: ({ body }) => ({ type: 'push', text: `${itemsText(body)} pushed` }),
  },
  {
    methods: ['PUT', 'POST', 'DELETE'],
    path: new RegExp(`${below('key-value-store')}/records/([^/]+)$`),
    writeOf: ({ method }, [, key = '']) => ({
      type: 'record',
      text: `record ${decodeURIComponent(key)} was ${method === 'DELETE' ? 'deleted' : 'saved'}`,
    }),
  },
  {
    methods: ['POST'],
    path: new RegExp(`${queue}/requests(?:/batch)?$`),
    writeOf: ({ body }) => ({ type: 'add', text: `${requestsText(body)} added` }),
  },
  { methods: ['PUT'], path: new RegExp(`${queue}/requests/[^/]+$`), writeOf: ({ body }) => requestUpdate(body) },
  {
    methods: ['POST', 'PUT', 'DELETE'],
    path: new RegExp(`${queue}/(?:head/lock|requests/unlock|requests/[^/]+/lock)$`),
    writeOf: ({ path, method }) => ({ type: 'lock', text: lockText(method, path) }),
  },
  {
    methods: ['POST'],
    path: /^\/v2\/.+\/charge$/,
    writeOf: ({ body }) => ({ type: 'charge', text: `event ${fieldOf(body, 'eventName')} was charged` }),
  },
  {
    methods: ['POST'],
    path: /^\/v2\/(?:acts|actors|actor-tasks)\/[^/]+\/(?:runs|run-sync[^/]*)$/,
    writeOf: ({ body }) => ({ type: 'start', text: `child run with input ${shortTextOf(body ?? {}, 60)} was started` }),
  },
  {
    methods: ['PUT'],
    path: /^\/wherry\/v1\/runs\/[^/]+\/commits\/(\d+)$/,
    writeOf: (_call, [, sequence]) => ({ type: 'commit', text: `commit ${sequence} was made` }),
  },
  {
    methods: ['PUT'],
    path: /^\/v2\/actor-runs\/[^/]+$/,
    writeOf: () => ({ type: 'status', text: 'the status message was set' }),
  },
  {
    methods: ['POST', 'PUT', 'DELETE'],
    path: /^\/v2\/(dataset|key-value-store|request-queue)s(?:\/[^/]+)?$/,
    writeOf: (_call, [, kind = '']) => ({
      type: 'storage',
      text: `a ${kind.replaceAll('-', ' ')} was opened or changed`,
    }),
  },
];

/** Calls that change the state of a run, but produce no result. */
const lifeCycle = /^\/v2\/actor-runs\/[^/]+\/(?:reboot|metamorph|abort|resurrect)$/;

/** Returns undefined for a read, and for a call at which no fault is injected. */
export function writeOf(call: ApiCall): Write | undefined {
  if (['GET', 'HEAD', 'OPTIONS'].includes(call.method) || lifeCycle.test(call.path)) return undefined;
  for (const rule of rules) {
    const match = rule.methods.includes(call.method) ? rule.path.exec(call.path) : null;
    if (match !== null) return rule.writeOf(call, match);
  }
  return { type: 'other', text: `${call.method} ${call.path} was called` };
}

function itemsText(body: Json | undefined): string {
  const items = Array.isArray(body) ? (body as readonly Json[]) : [body ?? null];
  const first = shortTextOf(items[0] ?? null, 60);
  return items.length === 1 ? `item ${first} was` : `${items.length} items, ${first} first, were`;
}

function requestsText(body: Json | undefined): string {
  const requests = Array.isArray(body) ? (body as readonly Json[]) : [body ?? null];
  const first = shortTextOf(fieldOf(requests[0], 'url'), 60);
  return requests.length === 1 ? `request ${first} was` : `${requests.length} requests, ${first} first, were`;
}

function requestUpdate(body: Json | undefined): Write {
  const request = shortTextOf(fieldOf(body, 'url') || fieldOf(body, 'uniqueKey') || fieldOf(body, 'id'), 60);
  return isObject(body) && body.handledAt
    ? { type: 'handled', text: `request ${request} was marked handled` }
    : { type: 'reclaim', text: `request ${request} was reclaimed` };
}

function lockText(method: string, path: string): string {
  if (path.endsWith('/head/lock')) return 'requests were locked';
  return method === 'PUT' ? 'a lock was prolonged' : 'a lock was released';
}

const fieldOf = (body: Json | undefined, name: string): string => {
  const value = isObject(body) ? (body as JsonObject)[name] : undefined;
  return value === undefined || value === null ? '' : String(value);
};
