/** The fields of other Actors' inputs that each TikTok Actor takes are declared in one way, and fit its own fields. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldOf, type InputAliases } from '../packages/tiktok-actors/src/index.ts';

const actors = readdirSync(new URL('../actors', import.meta.url)).filter((name) => name.startsWith('tiktok-'));

interface Field {
  readonly type: string | readonly string[];
  readonly description: string;
  readonly editor: string;
  readonly [keyword: string]: unknown;
}

const jsonOf = (actor: string, file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../actors/${actor}/.actor/${file}`, import.meta.url), 'utf8'));

const schemaOf = (actor: string) =>
  jsonOf(actor, 'input_schema.json') as { properties: Record<string, Field>; required?: string[] };

const declaredIn = (actor: string): Required<InputAliases> => ({
  aliases: {},
  refused: {},
  needed: [],
  ...(jsonOf(actor, 'input_aliases.json') as InputAliases),
});

test('each of the thirteen Actors declares them', () => {
  expect(actors).toHaveLength(13);
});

test.each(actors)('%s: a hidden field is another name of a field that a console shows', (actor) => {
  const { properties, required = [] } = schemaOf(actor);
  const { aliases, refused, needed } = declaredIn(actor);
  const isHidden = (name: string) => properties[name]!.editor === 'hidden';
  expect(Object.keys(aliases).sort()).toEqual(Object.keys(properties).filter(isHidden).sort());
  for (const [name, alias] of Object.entries(aliases)) {
    expect(properties, name).toHaveProperty(fieldOf(alias));
    expect(isHidden(fieldOf(alias)), name).toBe(false);
    expect(properties[name]!.description, name).toContain(fieldOf(alias));
    expect(required).not.toContain(fieldOf(alias));
  }
  expect(Object.keys(refused).filter((name) => Object.hasOwn(properties, name))).toEqual([]);
  for (const name of needed) expect(properties[name]!.type, name).toBe('array');
});

test.each(actors)('%s: another name says nothing that the field cannot say', (actor) => {
  const { properties } = schemaOf(actor);
  for (const [name, alias] of Object.entries(declaredIn(actor).aliases)) {
    const [other, field] = [properties[name]!, properties[fieldOf(alias)]!];
    expect(other, name).not.toHaveProperty('default');
    if ('adds' in alias) expect(field.type, name).toBe('array');
    if (!('for' in alias)) continue;
    // The platform writes a default into the input, where it would contradict the other name.
    expect(field, `${name}: ${alias.for}`).not.toHaveProperty('default');
    const tables = 'by' in alias ? Object.values(alias.values) : 'values' in alias ? [alias.values] : [];
    for (const meaning of tables.flatMap((table) => Object.values(table)).filter((each) => each !== null)) {
      if (Array.isArray(field.enum)) expect(field.enum, name).toContain(meaning);
      else expect(field.type, name).toBe(typeof meaning === 'number' ? 'integer' : typeof meaning);
    }
    if (tables.length > 0) continue;
    expect(other.type, name).toEqual(field.type);
    const lowest = 'unset' in alias && alias.unset!.includes(0) ? 0 : field.minimum;
    expect([other.minimum, other.maximum], name).toEqual([lowest, field.maximum]);
  }
});

test.each(actors)('%s: its README and docs/tiktok.md name every field', (actor) => {
  const { properties } = schemaOf(actor);
  const { aliases, refused } = declaredIn(actor);
  const names = [...Object.keys(properties), ...Object.keys(aliases), ...Object.keys(refused)];
  const readme = readFileSync(new URL(`../actors/${actor}/README.md`, import.meta.url), 'utf8');
  const input = readme.slice(readme.indexOf('## Input\n'), readme.indexOf('## Output'));
  const guide = readFileSync(new URL('../docs/tiktok.md', import.meta.url), 'utf8');
  const inGuide = guide.slice(guide.indexOf('## Input fields'), guide.indexOf('## The stand-in site'));
  const row = inGuide.split('\n').find((line) => line.startsWith(`| \`${actor}\` |`)) ?? '';
  const isNamed = (text: string, name: string) => new RegExp(`[\`, ]${name}[\`,]`).test(text);
  expect(names.filter((name) => !isNamed(input, name))).toEqual([]);
  const ofAll = ['failedInputs', 'maxConcurrency', 'proxyConfiguration'];
  expect(names.filter((name) => !ofAll.includes(name) && !isNamed(row, name))).toEqual([]);
});
