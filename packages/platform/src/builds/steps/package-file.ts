import { readFile } from 'node:fs/promises';
import path from 'node:path';
import JSON5 from 'json5';
import { checkJsonValue, parseJson } from '../../shared/json.ts';
import { isJsonObject } from '../../shared/json-object.ts';
import { BuildFailure } from './build-failure.ts';

type Names = Readonly<Record<string, string>>;

/** The fields of `package.json` that a build reads. */
export interface PackageFile {
  readonly main?: string;
  readonly type?: string;
  readonly scripts?: Names;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly overrides?: unknown;
  readonly workspaces?: unknown;
}

export async function readPackageFile(folder: string): Promise<PackageFile | undefined> {
  const text = await readText(path.join(folder, 'package.json'));
  return text === undefined ? undefined : (parseObject(text, 'package.json') as PackageFile);
}

export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * @param comments whether comments, and what else JSON5 has, are allowed, as Apify does in `.actor/actor.json`
 * @throws BuildFailure when `text` is not a JSON object
 */
export function parseObject(text: string, name: string, { comments = false } = {}): Record<string, unknown> {
  let value: unknown;
  try {
    value = comments ? parseJson5(text) : parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new BuildFailure(`${name} is not valid JSON: ${(error as Error).message}. Correct it and build again.`);
  }
  if (isJsonObject(value)) return value;
  throw new BuildFailure(`${name} must hold a JSON object. Correct it and build again.`);
}

/** @throws SyntaxError as `parseJson` does */
function parseJson5(text: string): unknown {
  const value: unknown = JSON5.parse(text);
  checkJsonValue(value);
  return value;
}
