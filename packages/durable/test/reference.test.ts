/** `docs/durable.md` names every export of the package, and all members that a user can call or set. */
import { readFile } from 'node:fs/promises';
import * as stock from 'crawlee';
import { expect, test } from 'vitest';
import * as durableCrawlee from '../src/crawlee/index.ts';

const source = (file: string) => readFile(new URL(`../src/${file}`, import.meta.url), 'utf8');
const reference = await readFile(new URL('../../../docs/durable.md', import.meta.url), 'utf8');

const names = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name]) => name!);

const quoted = names(reference.replace(/^```[\s\S]*?^```$/gm, ''), /`([^`\n]+)`/g);
const isDocumented = (name: string) => quoted.some((code) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(code));

/** The exports of a module that has only lists and stars. */
async function exportsOf(file: string): Promise<string[]> {
  const text = await source(file);
  const listed = names(text, /^export (?:type )?\{([^}]*)\}/gm)
    .flatMap((list) => list.split(','))
    .map((name) => name.replace(/\btype\b/, '').trim());
  const starred = await Promise.all(names(text, /^export (?:type )?\* from '\.\/([\w./-]+)'/gm).map(source));
  const declared = /^export (?:abstract )?(?:type|interface|class|const|function|async function) (\w+)/gm;
  return [...listed, ...starred.flatMap((each) => names(each, declared))];
}

test('each export of @wherry/durable is in the reference', async () => {
  const exported = await exportsOf('index.ts');
  expect(exported).toEqual(expect.arrayContaining(['openState', 'useState', 'durableSet', 'JsonObject', 'State']));
  expect(exported.filter((name) => !isDocumented(name))).toEqual([]);
});

test('each export of @wherry/durable/crawlee that is not Crawlee’s is in the reference', () => {
  const own = Object.entries(durableCrawlee).filter(
    ([name, value]) => (stock as Record<string, unknown>)[name] !== value,
  );
  expect(own.map(([name]) => name)).toContain('durableCrawler');
  expect(own.map(([name]) => name).filter((name) => !isDocumented(name))).toEqual([]);
});

test('each option, method and code is in the reference', async () => {
  const openState = names(await source('state/open-state.ts'), /^ {2}readonly (\w+)\??:/gm);
  const transaction = names(await source('transactions/transaction.ts'), /^ {2}(\w+)\(/gm);
  const call = names(await source('backend.ts'), /^ {2}readonly (\w+Mbytes|\w+Secs|build)\?:/gm);
  const codes = names(await source('errors.ts'), /readonly code = '([\w-]+)'/g);
  const all = [...openState, ...transaction, ...call, ...codes];
  expect(all).toEqual(expect.arrayContaining(['key', 'pushData', 'timeoutSecs', 'not-json']));
  expect(all.filter((name) => !isDocumented(name))).toEqual([]);
  const state = names(await source('state/open-state.ts'), /^ {2}(commit|call|close|value)\b/gm);
  for (const name of state) expect(reference).toContain(`### \`state.${name}`);
});
