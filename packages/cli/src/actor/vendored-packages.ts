import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ActorVersionSourceFile } from 'apify-client';
import { type LinkedPackage, linkedPackagesOf, type Manifest, readManifest } from './linked-packages.ts';
import { type PackedPackage, packPackage } from './packed-package.ts';
import { type VendoredArchive, workspaceLock } from './workspace-lock.ts';

/** An Actor that has one says itself which versions it is installed with. */
const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json'];

/**
 * The files of an Actor, together with its linked packages, and the linked packages of these, packed into `vendor/`. The
 * `package.json` names them there. A platform has only what it is sent. A member of an npm workspace also gets a
 * `package-lock.json`, made from the one of the workspace.
 */
export async function withVendoredPackages(
  folder: string,
  files: readonly ActorVersionSourceFile[],
): Promise<readonly ActorVersionSourceFile[]> {
  const own = files.find(({ name }) => name === 'package.json');
  const manifest = own && objectOf(own.content);
  if (own === undefined || manifest === undefined) return files;
  const vendored = new Vendored();
  for (const linked of await linkedPackagesOf(folder, manifest)) await vendored.add(linked);
  const hasLock = files.some(({ name }) => lockFiles.includes(name));
  const sent = vendored.packed.size === 0 ? manifest : withPaths(manifest, vendored.packed);
  const lock = hasLock ? undefined : await workspaceLock({ folder, manifest, sent, vendored: vendored.archives() });
  return [
    ...files.filter((file) => file !== own),
    sent === manifest ? own : { ...own, content: `${JSON.stringify(sent, null, 2)}\n` },
    ...(lock === undefined ? [] : [{ name: 'package-lock.json', format: 'TEXT' as const, content: lock }]),
    ...[...vendored.packed.values()].map(({ fileName, bytes }): ActorVersionSourceFile => {
      return { name: `vendor/${fileName}`, format: 'BASE64', content: bytes.toString('base64') };
    }),
  ];
}

class Vendored {
  readonly packed = new Map<string, PackedPackage>();
  readonly #versions = new Map<string, string>();

  /** The linked packages that the package needs are added first, so that their versions are known. */
  async add({ name, path: place }: LinkedPackage): Promise<void> {
    if (this.#versions.has(name)) return;
    if ((await stat(place)).isFile()) {
      this.#versions.set(name, '*');
      this.packed.set(name, { fileName: path.basename(place), bytes: await readFile(place) });
      return;
    }
    const manifest = await readManifest(place);
    this.#versions.set(name, manifest.version ?? '0.0.0');
    const needed = await linkedPackagesOf(place, { ...manifest, scripts: {} });
    for (const linked of needed) await this.add(linked);
    const versions = new Map(needed.map((linked) => [linked.name, this.#versions.get(linked.name)!]));
    this.packed.set(name, await packPackage(place, versions));
  }

  archives(): ReadonlyMap<string, VendoredArchive> {
    const archives = [...this.packed].map(([name, each]) => {
      const archive = { version: this.#versions.get(name)!, specifier: specifierOf(each), bytes: each.bytes };
      return [name, archive] as const;
    });
    return new Map(archives);
  }
}

const specifierOf = ({ fileName }: PackedPackage): string => `file:vendor/${fileName}`;

/** Names the packages that only other packages need as well: npm then takes them from `vendor/`. */
function withPaths(manifest: Manifest, packed: ReadonlyMap<string, PackedPackage>): Manifest {
  const paths = Object.fromEntries([...packed].map(([name, each]) => [name, specifierOf(each)]));
  const kinds = ['dependencies', 'optionalDependencies', 'devDependencies'] as const;
  const named = kinds.map((kind) => {
    const known = manifest[kind] ?? {};
    return [
      kind,
      Object.fromEntries(Object.entries(known).map(([name, each]) => [name, paths[name] ?? each])),
    ] as const;
  });
  const direct = new Set(named.flatMap(([, needed]) => Object.keys(needed)));
  const further = Object.entries(paths).filter(([name]) => !direct.has(name));
  return {
    ...manifest,
    ...Object.fromEntries(named.filter(([kind]) => manifest[kind] !== undefined)),
    ...(further.length > 0 && { dependencies: { ...named[0]![1], ...Object.fromEntries(further) } }),
  };
}

/** Undefined for a `package.json` that is invalid: the build reports that. */
function objectOf(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
