/**
 * Packages that this machine already has: those of the platform's own installation. A build whose lockfile has the same
 * digests gets them as hard links, which takes a second where unpacking takes half a minute. npm then completes the
 * installation and corrects it where necessary; for the linked packages it finds nothing to do.
 *
 * A hard link is the same file: writing to a package's file in place changes it for all. npm replaces files instead.
 */
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fields that are read from an entry of npm's lockfile version 3 (`package-lock.json`, `.package-lock.json`). */
interface LockEntry {
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly bundleDependencies?: unknown;
  readonly hasInstallScript?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
}

type LockEntries = Readonly<Record<string, LockEntry>>;

/** npm's list of the packages that it has installed in a folder. */
const hiddenLock = path.join('node_modules', '.package-lock.json');

/** The nearest folder above this file in which npm has installed packages; undefined when there is none. */
export function ownInstallation(): string | undefined {
  for (let above = path.dirname(fileURLToPath(import.meta.url)); ; above = path.dirname(above)) {
    if (existsSync(path.join(above, hiddenLock))) return above;
    if (above === path.dirname(above)) return undefined;
  }
}

export interface LinkRequest {
  /** The text of the build's `package-lock.json`. */
  readonly lock: string;
  /** A folder in which npm has installed packages. */
  readonly from: string;
  /** The build's folder, in which nothing is installed yet. */
  readonly to: string;
  /** Whether to include packages that only a build script needs. */
  readonly withDev: boolean;
}

/**
 * Links the packages of the lockfile into `node_modules`, and writes npm's list of them. Resolves with their number: 0
 * when the folders are on different file systems, and when the lockfile has another format.
 */
export async function linkInstalled(request: LinkRequest): Promise<number> {
  const { from, to } = request;
  try {
    const linked = await packagesToLink(request);
    for (const { place, source, entry } of linked) {
      await linkFolder(path.join(from, source), path.join(to, place));
      await linkPrograms(to, place, entry.bin ?? {});
    }
    const packages = Object.fromEntries(linked.map(({ place, entry }) => [place, entry]));
    // Written last: npm considers a list outdated that is older than a package.
    await writeFile(path.join(to, hiddenLock), JSON.stringify({ lockfileVersion: 3, requires: true, packages }));
    return linked.length;
  } catch {
    // npm then installs all of them, and reports what is wrong.
    await rm(path.join(to, 'node_modules'), { recursive: true, force: true });
    await mkdir(path.join(to, 'node_modules'));
    return 0;
  }
}

interface PackageToLink {
  /** The package's folder in the build, such as `node_modules/crawlee`. */
  readonly place: string;
  /** The package's folder in the installation. */
  readonly source: string;
  readonly entry: LockEntry;
}

async function packagesToLink({ lock, from, withDev }: LinkRequest): Promise<PackageToLink[]> {
  const sources = new Map<string, string>();
  for (const [source, entry] of Object.entries(entriesOf(await readFile(path.join(from, hiddenLock), 'utf8')))) {
    if (entry.integrity !== undefined && isPlain(entry)) sources.set(entry.integrity, source);
  }
  const found = new Map<string, PackageToLink>();
  // Shorter paths first: a package inside another one's folder is linked only if the outer one is.
  for (const [place, entry] of Object.entries(entriesOf(lock)).toSorted(
    ([one], [other]) => one.length - other.length,
  )) {
    const source = entry.integrity === undefined ? undefined : sources.get(entry.integrity);
    if (source === undefined || !isPlain(entry) || (entry.dev === true && !withDev)) continue;
    const above = folderAbove(place);
    if (above === '' || (above !== undefined && found.has(above))) found.set(place, { place, source, entry });
  }
  return [...found.values()].toSorted((one, other) => (one.place < other.place ? -1 : 1));
}

function entriesOf(lock: string): LockEntries {
  const { lockfileVersion, packages = {} } = JSON.parse(lock) as { lockfileVersion?: number; packages?: LockEntries };
  return lockfileVersion === 3 || lockfileVersion === 2 ? packages : {};
}

/** Whether the package is exactly its archive: no install script has changed it, and it bundles no other packages. */
const isPlain = ({ link, inBundle, bundleDependencies, hasInstallScript }: LockEntry): boolean =>
  !link && !inBundle && !bundleDependencies && !hasInstallScript;

/** The package whose `node_modules` has this one; empty for the build itself, undefined for a folder of its sources. */
function folderAbove(place: string): string | undefined {
  if (!place.startsWith('node_modules/')) return undefined;
  return place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1));
}

/** Links all files except the packages inside, which have their own entries. */
async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (!entry.isDirectory()) await link(source, target);
      else if (entry.name !== 'node_modules') await linkFolder(source, target);
    }),
  );
}

/** Links a package's programs into `node_modules/.bin`. Of two with the same name the first wins; npm uses either. */
async function linkPrograms(folder: string, place: string, programs: Readonly<Record<string, string>>): Promise<void> {
  const bin = path.join(folder, folderAbove(place)!, 'node_modules', '.bin');
  for (const [name, file] of Object.entries(programs)) {
    await mkdir(bin, { recursive: true });
    const target = path.relative(bin, path.join(folder, place, file));
    await symlink(target, path.join(bin, name)).catch(ignoreKnown);
  }
}

function ignoreKnown(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
