import path from 'node:path';

/** Whether a path, relative to the Actor's folder and with "/" between its parts, is left out of the source. */
export type IsIgnored = (relativePath: string, isFolder: boolean) => boolean;

interface Rule {
  readonly glob: string;
  readonly folderOnly: boolean;
  readonly takesBack: boolean;
}

/** What no Actor's source holds: installed modules, history, and what local runs leave behind. */
const always = ['node_modules/', '.git/', '/storage/', '/apify_storage/', '/data/'];

/** The rules of `.gitignore` and `.actorignore` files, in the order given: the last that fits decides. */
export function ignoreRules(files: readonly string[]): IsIgnored {
  const rules = [...files.flatMap((file) => file.split(/\r?\n/)), ...always].flatMap(ruleOf);
  return (relativePath, isFolder) => {
    const rule = rules.findLast(
      ({ glob, folderOnly }) => (isFolder || !folderOnly) && path.posix.matchesGlob(relativePath, glob),
    );
    return rule !== undefined && !rule.takesBack;
  };
}

function ruleOf(line: string): Rule[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  const takesBack = text.startsWith('!');
  const pattern = takesBack ? text.slice(1) : text;
  const folderOnly = pattern.endsWith('/');
  const bare = folderOnly ? pattern.slice(0, -1) : pattern;
  // A slash before the end ties a pattern to the folder of the file; without one it fits at any depth.
  const glob = bare.includes('/') ? bare.replace(/^\//, '') : `**/${bare}`;
  return [{ glob, folderOnly, takesBack }];
}
