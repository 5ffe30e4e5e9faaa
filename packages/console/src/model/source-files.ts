/** The files of a version's source as they are edited. Pure. */

export interface SourceFile {
  readonly name: string;
  readonly format?: 'TEXT' | 'BASE64';
  readonly content?: string;
  readonly folder?: boolean;
}

export const isBinary = ({ format }: SourceFile): boolean => format === 'BASE64';

/** How many bytes the content of a binary file has. */
export function base64Bytes(content: string): number {
  const padding = content.endsWith('==') ? 2 : content.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((content.length * 3) / 4) - padding);
}

/** Folders are not shown: they come of the names of files. By name, those of `.actor` first. */
export const shownFiles = (files: readonly SourceFile[]): readonly SourceFile[] =>
  files
    .filter(({ folder }) => folder !== true)
    .toSorted((one, other) => rankOf(one.name) - rankOf(other.name) || one.name.localeCompare(other.name, 'en'));

const rankOf = (name: string): number => (name.startsWith('.actor/') ? 0 : name.includes('/') ? 1 : 2);

/** Why a file cannot have this name; undefined when it can. The platform's own rule is in its answer. */
export function nameProblem(name: string, files: readonly SourceFile[]): string | undefined {
  if (name.trim() === '') return 'Write a name, such as src/main.js.';
  if (name.startsWith('/') || name.split('/').includes('..')) return 'Write a path within the Actor, without “..”.';
  return files.some((file) => file.name === name) ? 'There is such a file already.' : undefined;
}

export function languageOf(name: string): 'json' | 'javascript' | 'python' | 'text' {
  if (/\.json$/i.test(name)) return 'json';
  if (/\.([cm]?[jt]sx?)$/i.test(name)) return 'javascript';
  return /\.py$/i.test(name) ? 'python' : 'text';
}

export const withContent = (files: readonly SourceFile[], name: string, content: string): readonly SourceFile[] =>
  files.map((file) => (file.name === name ? { ...file, format: 'TEXT', content } : file));

export const withoutFile = (files: readonly SourceFile[], name: string): readonly SourceFile[] =>
  files.filter((file) => file.name !== name);

export const withFile = (files: readonly SourceFile[], name: string): readonly SourceFile[] => [
  ...files,
  { name, format: 'TEXT', content: '' },
];

/** The number of a version after these: the next minor one. */
export function nextVersion(numbers: readonly string[]): string {
  const last = numbers
    .map((number) => number.split('.').map(Number) as [number, number])
    .toSorted(([a, b], [c, d]) => a - c || b - d)
    .at(-1);
  if (last === undefined) return '0.1';
  const [major, minor] = last;
  return minor < 99 ? `${major}.${minor + 1}` : `${major + 1}.0`;
}

/** Where the source of a version is. */
export const sourceTypes = [
  { value: 'SOURCE_FILES', label: 'Files' },
  { value: 'TARBALL', label: 'Archive by its URL' },
  { value: 'GIT_REPO', label: 'Git repository' },
  { value: 'GITHUB_GIST', label: 'GitHub gist' },
] as const;

/** Of a build's version, in a line with its number. */
export const sourceTypeText = (type: string | null | undefined): string | undefined =>
  sourceTypes.find(({ value }) => value === type)?.label.toLowerCase() ?? type ?? undefined;
