import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { badUsage } from '../failure.ts';

/** The fields that are read from a `package.json`. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly directory?: string };
}

/** A package in a folder outside of the one that needs it, which no registry has. */
export interface LinkedPackage {
  readonly name: string;
  /** Its folder, or an archive. */
  readonly path: string;
}

const localPath = /^(?:file|link):(.*)$/;

/** The dependencies of the package in `folder` that are outside of it: named by a path, or linked by a workspace. */
export async function linkedPackagesOf(folder: string, manifest: Manifest): Promise<LinkedPackage[]> {
  const found = await Promise.all(
    Object.entries(neededOf(manifest)).map(async ([name, specifier]): Promise<LinkedPackage[]> => {
      const given = localPath.exec(specifier)?.[1];
      if (given === undefined) {
        const linked = await linkOf(folder, name);
        return linked === undefined ? [] : [{ name, path: linked }];
      }
      const target = path.resolve(folder, given);
      if (isInside(folder, target)) return [];
      if ((await stat(target).catch(() => undefined)) === undefined) {
        throw badUsage(`${folder} needs ${name} from ${target}, which does not exist.`);
      }
      return [{ name, path: target }];
    }),
  );
  return found.flat();
}

/** Only a build script needs the development dependencies. */
function neededOf({ dependencies, optionalDependencies, devDependencies, scripts }: Manifest): Record<string, string> {
  return { ...(scripts?.build !== undefined && devDependencies), ...optionalDependencies, ...dependencies };
}

/** The target of the link with that name in the nearest `node_modules`; undefined if that has a package, or none has it. */
async function linkOf(folder: string, name: string): Promise<string | undefined> {
  for (let above = path.resolve(folder); ; above = path.dirname(above)) {
    const candidate = path.join(above, 'node_modules', name);
    const entry = await lstat(candidate).catch(() => undefined);
    if (entry !== undefined) {
      if (!entry.isSymbolicLink()) return undefined;
      const target = await realpath(candidate);
      // Some package managers link into a store of their own; such a package came from a registry.
      return target.split(path.sep).includes('node_modules') ? undefined : target;
    }
    if (above === path.dirname(above)) return undefined;
  }
}

function isInside(folder: string, target: string): boolean {
  const relative = path.relative(path.resolve(folder), target);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, 'package.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Manifest;
  } catch (error) {
    throw badUsage(`${file} cannot be read: ${(error as Error).message}.`);
  }
}
