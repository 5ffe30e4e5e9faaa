/**
 * Makes the `package-lock.json` of one Actor from the lock of its npm workspace: such an Actor has no lock of its own, and
 * would be built with other versions than those that its author has tested.
 *
 * The format is npm's lockfile version 3: `packages` has the folder of each package, relative to the lock, with what
 * the package needs (https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json).
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from './linked-packages.ts';

interface LockEntry extends Manifest {
  readonly link?: boolean;
  /** Of a link: its target folder. */
  readonly resolved?: string;
  readonly peerDependencies?: Manifest['dependencies'];
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type LockEntries = Readonly<Record<string, LockEntry>>;

/** A package that is sent with the Actor, as an archive in `vendor/`. */
export interface VendoredArchive {
  readonly version: string;
  /** As npm names it, such as `file:vendor/acme-tools-1.0.0.tgz`. */
  readonly specifier: string;
  readonly bytes: Buffer;
}

export interface LockRequest {
  /** The Actor's folder. */
  readonly folder: string;
  /** Its `package.json` as it is in the folder. */
  readonly manifest: Manifest;
  /** The `package.json` that the platform gets, with the paths of archives. */
  readonly sent: Manifest;
  /** By the names of the packages. */
  readonly vendored: ReadonlyMap<string, VendoredArchive>;
}

const kinds = ['dependencies', 'optionalDependencies', 'devDependencies'] as const;
/** What npm writes about why a package is in a tree; the Actor's tree differs from the workspace's. */
const needFlags = ['dev', 'optional', 'devOptional', 'peer', 'extraneous'];

/**
 * The text of the lock. Undefined where the Actor is in no workspace with a lock, where the lock is older than the
 * Actor's `package.json`, and where the workspace has a tree that the Actor alone cannot have.
 */
export async function workspaceLock(request: LockRequest): Promise<string | undefined> {
  const found = await findWorkspace(path.resolve(request.folder));
  if (found === undefined || !isOf(found.entries[found.member]!, request.manifest)) return undefined;
  const packages = new ActorTree(found.entries, found.member, request.vendored).packages(request.sent);
  return packages && `${JSON.stringify({ lockfileVersion: 3, requires: true, packages }, null, 2)}\n`;
}

/** The nearest folder above with a lock, if that lock has the Actor's folder as a member. */
async function findWorkspace(folder: string): Promise<{ entries: LockEntries; member: string } | undefined> {
  for (let above = path.dirname(folder); ; above = path.dirname(above)) {
    const text = await readFile(path.join(above, 'package-lock.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const { packages: entries = {} } = JSON.parse(text) as { packages?: LockEntries };
      const member = path.relative(above, folder).split(path.sep).join('/');
      return entries[member] === undefined ? undefined : { entries, member };
    }
    if (above === path.dirname(above)) return undefined;
  }
}

/** Whether the lock was made for this `package.json`. */
function isOf(entry: LockEntry, manifest: Manifest): boolean {
  const needs = (each: Manifest) =>
    JSON.stringify(
      kinds.map((kind) => Object.entries(each[kind] ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1))),
    );
  return needs(entry) === needs(manifest);
}

/** Why the Actor needs a package. */
type Need = 'required' | 'optional' | 'dev' | 'optionalOfDev';

interface Place {
  /** The key in the workspace's lock; of a package of the workspace, its own folder. */
  readonly from: string;
  /** The key in the Actor's lock. */
  readonly to: string;
}

interface Found {
  readonly from: string;
  readonly need: Need;
  /** Of one of the workspace's own packages. */
  readonly archive: VendoredArchive | undefined;
}

/** The part of a workspace's tree that one of its members needs, as the tree of a project of its own. */
class ActorTree {
  readonly #entries: LockEntries;
  readonly #member: string;
  readonly #vendored: ReadonlyMap<string, VendoredArchive>;
  /** By their keys in the Actor's lock. */
  readonly #found = new Map<string, Found>();

  constructor(entries: LockEntries, member: string, vendored: ReadonlyMap<string, VendoredArchive>) {
    this.#entries = entries;
    this.#member = member;
    this.#vendored = vendored;
  }

  /** Undefined if two packages would have to be in the same folder, or a package is not sent with the Actor. */
  packages(sent: Manifest): Record<string, unknown> | undefined {
    const member = { from: this.#member, to: '' };
    const { dependencies, optionalDependencies, devDependencies } = this.#entries[this.#member]!;
    const steps: [Need, Manifest['dependencies']][] = [
      ['required', dependencies],
      ['optional', optionalDependencies],
      ['dev', devDependencies],
    ];
    for (const [need, names] of steps) {
      for (const name of Object.keys(names ?? {})) if (!this.#add(name, member, need)) return undefined;
    }
    const root = Object.fromEntries(kinds.flatMap((kind) => (sent[kind] === undefined ? [] : [[kind, sent[kind]]])));
    const rest = [...this.#found].map(([to, found]) => [to, this.#entryOf(found)] as const);
    return { '': root, ...Object.fromEntries(rest.toSorted(([one], [other]) => (one < other ? -1 : 1))) };
  }

  /** Adds a package that the one at `by` needs, and what it needs itself. Returns false if that is impossible. */
  #add(name: string, by: Place, need: Need): boolean {
    const key = this.#resolve(name, by.from);
    // The workspace has none, for example because an override has removed it. npm then decides.
    if (key === undefined) return true;
    const { link, resolved } = this.#entries[key]!;
    const archive = link === true ? this.#vendored.get(name) : undefined;
    if (link === true ? archive === undefined : resolved?.startsWith('file:')) return false;
    const place =
      link === true ? { from: resolved!, to: `node_modules/${name}` } : { from: key, to: this.#placeOf(key, by) };
    const known = this.#found.get(place.to);
    if (known !== undefined && known.from !== place.from) return false;
    if (known !== undefined && !isStronger(need, known.need)) return true;
    this.#found.set(place.to, { from: place.from, need, archive });
    return this.#addNeedsOf(place, need);
  }

  #addNeedsOf(place: Place, need: Need): boolean {
    const entry = this.#entries[place.from]!;
    const isOptionalPeer = (peer: string) => entry.peerDependenciesMeta?.[peer]?.optional === true;
    const peers = Object.keys(entry.peerDependencies ?? {}).filter((peer) => !isOptionalPeer(peer));
    const optional = Object.keys(entry.optionalDependencies ?? {});
    const required = [...Object.keys(entry.dependencies ?? {}), ...peers].filter((each) => !optional.includes(each));
    const optionalNeed = need === 'required' ? 'optional' : need === 'dev' ? 'optionalOfDev' : need;
    return (
      required.every((each) => this.#add(each, place, need)) &&
      optional.every((each) => this.#add(each, place, optionalNeed))
    );
  }

  /** The key of the package that `from` finds: in the `node_modules` of its own folder, else in those above. */
  #resolve(name: string, from: string): string | undefined {
    for (let folder = from; ; folder = folder === '' ? '' : path.posix.join(folder, '..').replace(/^\.$/, '')) {
      const key = path.posix.join(folder, 'node_modules', name);
      if (this.#entries[key] !== undefined) return key;
      if (folder === '') return undefined;
    }
  }

  /** A package in a member's own `node_modules` is below that member in the Actor's tree, too. */
  #placeOf(key: string, by: Place): string {
    return key.startsWith(`${by.from}/`) ? path.posix.join(by.to, key.slice(by.from.length + 1)) : placeInRoot(key);
  }

  #entryOf({ from, need, archive }: Found): Record<string, unknown> {
    const kept = Object.entries(this.#entries[from]!).filter(([field]) => !needFlags.includes(field));
    const entry = { ...Object.fromEntries(kept), ...flagsOf[need] };
    if (archive === undefined) return entry;
    const { devDependencies: _devDependencies, ...needs } = entry as LockEntry;
    const versions = Object.entries(needs.dependencies ?? {}).map(([each, range]) => [
      each,
      this.#vendored.get(each)?.version ?? range,
    ]);
    return {
      ...needs,
      version: archive.version,
      resolved: archive.specifier,
      integrity: `sha512-${createHash('sha512').update(archive.bytes).digest('base64')}`,
      ...(needs.dependencies !== undefined && { dependencies: Object.fromEntries(versions) }),
    };
  }
}

const flagsOf: Readonly<Record<Need, object>> = {
  required: {},
  optional: { optional: true },
  dev: { dev: true },
  optionalOfDev: { dev: true, optional: true },
};

/** A package in another member's own folder is needed only through that member, which `#placeOf` handles. */
const placeInRoot = (key: string): string => key.slice(key.indexOf('node_modules/'));

const strength: readonly Need[] = ['optionalOfDev', 'dev', 'optional', 'required'];
const isStronger = (one: Need, other: Need): boolean => strength.indexOf(one) > strength.indexOf(other);
