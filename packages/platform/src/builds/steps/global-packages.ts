/**
 * Packages that a Dockerfile installs globally, such as Apify's command line in its template for Bash. Here they are
 * installed beside the Actor's own, and their programs are on its path.
 */
import type { PackageFile } from './package-file.ts';

/** Names and versions, as in `dependencies` of package.json. */
export type GlobalPackages = Readonly<Record<string, string>>;

const isManager = /^(?:npm|pnpm|yarn|bun)$/;
const isGlobal = /^(?:-g|--global|--location=global)$/;
const isInstall = /^(?:i|install|add)$/;
/** Options of the package managers whose value is a word of its own. */
const withValue = /^--(?:prefix|registry|cache|loglevel|location|omit|include|userconfig)$/;
/** A package of the registry. What is a file, a URL or a variable is not followed. */
const registryPackage = /^(@[\w.-]+\/[\w.-]+|[\w.-]+)(?:@([\w.^~<>=*-]+))?$/;
/** Those that install the Actor's packages in an image. The platform has its own. */
const managers = /^(?:npm|pnpm|yarn|corepack|bun)$/;

/** The words of each command of a RUN instruction. */
const commandsOf = (run: string): string[][] =>
  run.split(/&&|\|\||[;|\n()]/).map((command) => command.trim().split(/\s+/).filter(Boolean));

/** What one command installs globally; undefined for any other command. */
function wordsInstalled([program = '', ...words]: readonly string[]): string[] | undefined {
  const isYarnGlobal = program === 'yarn' && words[0] === 'global';
  const isWanted = isManager.test(program) && (isYarnGlobal || words.some((word) => isGlobal.test(word)));
  if (!isWanted) return undefined;
  const named = words.filter((word, index) => !word.startsWith('-') && !withValue.test(words[index - 1] ?? ''));
  const at = named.findIndex((word) => isInstall.test(word));
  return at === -1 ? undefined : named.slice(at + 1).map((word) => word.replaceAll(/^["']|["']$/g, ''));
}

export function globalPackagesOf(runs: readonly string[]): GlobalPackages {
  const words = runs.flatMap(commandsOf).flatMap((command) => wordsInstalled(command) ?? []);
  const found: Record<string, string> = {};
  for (const word of words) {
    const [, name, version] = registryPackage.exec(word) ?? [];
    if (name !== undefined && !managers.test(name)) found[name] = version ?? 'latest';
  }
  return found;
}

/** Whether a RUN instruction installs something globally that `globalPackagesOf` does not find. */
export const installsOthers = (run: string): boolean =>
  commandsOf(run).some((command) => wordsInstalled(command)?.some((word) => !registryPackage.test(word)) === true);

/** The Actor's `package.json` with these as dependencies too. A version that the Actor names itself is the one that counts. */
export function withGlobals(file: PackageFile | undefined, globals: GlobalPackages): PackageFile | undefined {
  if (Object.keys(globals).length === 0) return file;
  const own = { ...file?.devDependencies, ...file?.optionalDependencies, ...file?.dependencies };
  const added = Object.entries(globals).map(([name, version]) => [name, own[name] ?? version] as const);
  return { ...file, dependencies: { ...file?.dependencies, ...Object.fromEntries(added) } };
}
