/** The folder `actor` reads, packs and deploys Actors: what a platform needs of a folder on this machine. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActorVersionSourceFile } from 'apify-client';
import { badUsage } from '../failure.ts';
import { withVendoredPackages } from './vendored-packages.ts';

/** An Actor as its folder describes it. */
export interface ActorFolder {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly version: string;
  readonly buildTag: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** Sorted by name. */
  readonly files: readonly ActorVersionSourceFile[];
}

/** The platform accepts bodies of up to 9 MiB, as Apify does; the rest of the request needs some space. */
const maxSourceBytes = 8 * 1024 * 1024;

interface Definition {
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly version?: string;
  readonly buildTag?: string;
  readonly environmentVariables?: Record<string, string>;
}

/** Whether the folder has an Actor, or at least a program that npm can start. */
export async function isActorFolder(folder: string): Promise<boolean> {
  const definition = await readText(path.join(folder, '.actor', 'actor.json'));
  return definition !== undefined || (await readText(path.join(folder, 'package.json'))) !== undefined;
}

/**
 * Reads an Actor's folder: `.actor/actor.json`, else `package.json`, every file that no ignore file excludes, and its
 * linked packages.
 * @throws Failure for a folder that is no Actor's, or has more than 8 MiB of source
 */
export async function readActorFolder(folder: string): Promise<ActorFolder> {
  const definition = await readDefinition(folder);
  const rules = await Promise.all(['.gitignore', '.actorignore'].map((name) => readText(path.join(folder, name))));
  const own = await readFiles(folder, '', ignoreRules(rules.filter((rule) => rule !== undefined)));
  const files = await withVendoredPackages(folder, own);
  const sizeBytes = files.reduce((sum, { content }) => sum + content.length, 0);
  if (sizeBytes > maxSourceBytes) {
    throw badUsage(
      `${folder} has ${sizeBytes} bytes of source, but at most 8 MiB are allowed. List what is not source in .actorignore.`,
    );
  }
  return {
    name: actorNameOf(definition.name ?? path.basename(path.resolve(folder))),
    title: definition.title,
    description: definition.description,
    version: /^\d+\.\d+/.exec(definition.version ?? '')?.[0] ?? '0.1',
    buildTag: definition.buildTag ?? 'latest',
    environmentVariables: definition.environmentVariables ?? {},
    files: files.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

async function readDefinition(folder: string): Promise<Definition> {
  for (const name of ['.actor/actor.json', 'package.json']) {
    const text = await readText(path.join(folder, name));
    if (text === undefined) continue;
    try {
      return JSON.parse(text) as Definition;
    } catch (error) {
      throw badUsage(`${path.join(folder, name)} is not JSON: ${(error as Error).message}.`);
    }
  }
  throw badUsage(`${folder} has neither .actor/actor.json nor package.json. Name the folder of an Actor.`);
}

/** Apify allows letters, digits and hyphens: `@acme/My Crawler` becomes `acme-my-crawler`. */
function actorNameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (name === '')
    throw badUsage(`"${text}" cannot be made into the name of an Actor. Set a name in .actor/actor.json.`);
  return name;
}

async function readFiles(folder: string, below: string, isIgnored: IsIgnored): Promise<ActorVersionSourceFile[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const name = path.posix.join(below, entry.name);
      if (isIgnored(name, entry.isDirectory())) return [];
      if (entry.isDirectory()) return readFiles(folder, name, isIgnored);
      return entry.isFile() ? [sourceFileOf(name, await readFile(path.join(folder, name)))] : [];
    }),
  );
  return found.flat();
}

function sourceFileOf(name: string, bytes: Buffer): ActorVersionSourceFile {
  const text = bytes.toString('utf8');
  // Bytes that are not text would be changed if they were sent as text.
  return Buffer.from(text).equals(bytes)
    ? { name, format: 'TEXT', content: text }
    : { name, format: 'BASE64', content: bytes.toString('base64') };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Whether a path, relative to the Actor's folder and with "/" between its parts, is excluded from the source. */
type IsIgnored = (relativePath: string, isFolder: boolean) => boolean;

interface Rule {
  readonly glob: string;
  readonly folderOnly: boolean;
  readonly includes: boolean;
}

/** Never part of an Actor's source: installed modules, git's history, and the storages of local runs. */
const neverSource = ['node_modules/', '.venv/', '__pycache__/', '.git/', '/storage/', '/apify_storage/', '/data/'];

/** The rules of `.gitignore` and `.actorignore` files, in the given order; the last rule that matches decides. */
export function ignoreRules(files: readonly string[]): IsIgnored {
  const rules = [...files.flatMap((file) => file.split(/\r?\n/)), ...neverSource].flatMap(ruleOf);
  return (relativePath, isFolder) => {
    const rule = rules.findLast(
      ({ glob, folderOnly }) => (isFolder || !folderOnly) && path.posix.matchesGlob(relativePath, glob),
    );
    return rule !== undefined && !rule.includes;
  };
}

function ruleOf(line: string): Rule[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  const includes = text.startsWith('!');
  const pattern = includes ? text.slice(1) : text;
  const folderOnly = pattern.endsWith('/');
  const bare = folderOnly ? pattern.slice(0, -1) : pattern;
  // A pattern with a slash before its end is relative to the folder of the file; any other matches at any depth.
  const glob = bare.includes('/') ? bare.replace(/^\//, '') : `**/${bare}`;
  return [{ glob, folderOnly, includes }];
}
