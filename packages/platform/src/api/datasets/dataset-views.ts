/** What the schema of a dataset says of its items: their fields, and views of them. */

import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../../shared/json-object.ts';
import { datasets } from '../../storages/datasets/dataset.ts';
import type { StorageSchema } from '../../storages/storage-schemas.ts';
import { userIdOf } from '../caller.ts';
import type { Query } from '../query.ts';
import type { Services } from '../services.ts';

/** The names of the fields that the schema describes; null when it describes none. */
export function fieldNamesOf(schema: StorageSchema | null): string[] | null {
  const fields = schema?.fields;
  return isJsonObject(fields) && isJsonObject(fields.properties) ? Object.keys(fields.properties) : null;
}

const lists = ['fields', 'omit', 'unwind', 'flatten'];
const singles = ['limit', 'desc', 'clean', 'skipHidden', 'skipEmpty'];

/**
 * The parameters of a request for items with those of the view that it names. A parameter that the request has itself counts.
 * Of a dataset without a schema, which cannot have views, every view shows the items as they are.
 * @throws Refusal 400 `requested-dataset-view-does-not-exist`
 */
export async function withView(
  { database }: Services,
  request: FastifyRequest,
  address: string,
  query: Query,
): Promise<Query> {
  if (!query.view) return query;
  const { schema } = await database.read(datasets.get, { userId: userIdOf(request), address }, request.caller);
  if (schema === null) return { ...query, view: undefined };
  const views = isJsonObject(schema.views) ? schema.views : {};
  const view = Object.hasOwn(views, query.view) ? (views[query.view] as JsonObject) : undefined;
  if (view === undefined) throw noSuchView(query.view, Object.keys(views));
  const transformation = isJsonObject(view.transformation) ? view.transformation : {};
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return { ...parametersOf(transformation), ...Object.fromEntries(given) };
}

function parametersOf(transformation: JsonObject): Query {
  const entries = Object.entries(transformation).flatMap(([name, value]): [string, string][] => {
    if (lists.includes(name) && Array.isArray(value)) return [[name, value.join(',')]];
    return singles.includes(name) && value !== null ? [[name, String(value)]] : [];
  });
  return Object.fromEntries(entries);
}

const noSuchView = (name: string, known: readonly string[]): Refusal =>
  new Refusal(
    400,
    'requested-dataset-view-does-not-exist',
    known.length === 0
      ? `The schema of the dataset has no views, so there is no "${name}". Leave the parameter "view" out.`
      : `The dataset has no view "${name}". It has ${known.join(', ')}.`,
  );
