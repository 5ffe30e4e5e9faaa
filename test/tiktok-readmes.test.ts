/** The README of each TikTok Actor shows an input that its schema takes, and fields that its items have. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { startTikTokSite } from '../packages/tiktok-site/src/index.ts';
import { type ActorRow, actorRows } from './tiktok/actor-rows.ts';
import { listRows } from './tiktok/list-rows.ts';
import { examplesOf, pathsOf } from './tiktok/readme.ts';

const schemaOf = (actor: string): object =>
  JSON.parse(readFileSync(new URL(`../actors/${actor}/.actor/input_schema.json`, import.meta.url), 'utf8')) as object;

/** `tiktok-api` gives what the others do, posts among it. */
const api: ActorRow = { ...listRows.find(({ actor }) => actor === 'tiktok-user')!, actor: 'tiktok-api' };

test.each([...actorRows, ...listRows, api])(
  '$actor: its README is true',
  async ({ actor, site: options, expected }) => {
    const { input, item } = examplesOf(actor);
    const ajv = new Ajv({ strict: false });
    expect(ajv.validate({ ...schemaOf(actor), additionalProperties: false }, input), ajv.errorsText()).toBe(true);
    await using site = await startTikTokSite(options);
    const known = new Set(expected(site).items.flatMap((each) => pathsOf(each)));
    expect(pathsOf(item).filter((path) => !known.has(path))).toEqual([]);
  },
);
