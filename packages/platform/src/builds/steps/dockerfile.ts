/** What a build reads of the Actor's Dockerfile: which one it is, and what its image would start. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';

/**
 * Where Apify looks, in the same order. Undefined when there is none.
 * @throws BuildFailure when `.actor/actor.json` names one that is not there, or not among the sources
 */
export async function findDockerfile(folder: string, named: unknown): Promise<string | undefined> {
  if (typeof named === 'string') {
    const file = path.resolve(folder, '.actor', named);
    if (!(await isFile(file))) {
      throw new BuildFailure(`.actor/actor.json names the Dockerfile "${named}", which is not there.`);
    }
    if ((await realpath(file)).startsWith((await realpath(folder)) + path.sep)) return file;
    throw new BuildFailure("The Dockerfile is outside of the Actor's sources. Put it among them.");
  }
  for (const name of ['.actor/Dockerfile', 'Dockerfile']) {
    const file = path.join(folder, name);
    if (await isFile(file)) return file;
  }
  return undefined;
}

async function isFile(name: string): Promise<boolean> {
  return (await stat(name).catch(() => undefined))?.isFile() === true;
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/**
 * The command line of the image's CMD, whichever of its two forms it has. Undefined when there is none, and when an
 * ENTRYPOINT stands before it: what that makes of the command, a file does not tell.
 */
export function commandLineOf(dockerfile: string): string | undefined {
  const instructions = instructionsOf(dockerfile);
  const stage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM') + 1);
  if (stage.some(({ name }) => name === 'ENTRYPOINT')) return undefined;
  const command = stage.findLast(({ name }) => name === 'CMD');
  return command && (wordsOf(command.rest)?.join(' ') ?? command.rest);
}

function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  // A comment between two lines of one instruction does not end it, so they are joined after comments are gone.
  const joined = lines.join('\n').replaceAll(/\\[ \t]*\n/g, ' ');
  return joined.split('\n').flatMap((line) => {
    const [, name, rest] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name: name.toUpperCase(), rest: rest! }];
  });
}

/** The words of the form with brackets; undefined for the form that a shell reads. */
function wordsOf(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined;
  }
}
