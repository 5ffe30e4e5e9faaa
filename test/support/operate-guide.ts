import { readFile } from 'node:fs/promises';

/** What `docs/guides/operate.md` has its reader do: where a block of commands is run, or why no test runs it. */
export interface CommandBlock {
  readonly where: 'platform' | 'docker' | 'swarm' | 'not run';
  readonly commands: readonly string[];
}

const page = new URL('../../docs/guides/operate.md', import.meta.url);

/** @throws Error for a block of commands that says nothing of where it is run */
export async function commandBlocks(): Promise<CommandBlock[]> {
  const text = (await readFile(page, 'utf8')).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/(?:<!-- (?:run: (\w+)|(not run): .*) -->\n)?((?:^ {4}\S.*\n)+)/gm)].map(
    ([, where, notRun, lines]) => {
      const kind = where ?? notRun;
      if (kind === undefined) throw new Error(`Where is this to be run? ${lines}`);
      const commands = lines!.trimEnd().split('\n');
      return { where: kind as CommandBlock['where'], commands: commands.map((line) => line.trim()) };
    },
  );
}
