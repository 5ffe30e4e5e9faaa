/** Finds the Actor's Dockerfile, and the command that its image would start. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildFailure } from './build-failure.ts';

/**
 * Looks in the same places as Apify, in the same order. Resolves with undefined when there is no Dockerfile.
 * @throws BuildFailure when `.actor/actor.json` names one that does not exist, or that is outside the sources
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
 * The command line of the image's CMD, in either of its two forms. Undefined when there is none, and when there is an
 * ENTRYPOINT: the Dockerfile does not say what that does with the command.
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
  // A comment between two lines of one instruction does not end it, so lines are joined after comments are removed.
  const joined = lines.join('\n').replaceAll(/\\[ \t]*\n/g, ' ');
  return joined.split('\n').flatMap((line) => {
    const [, name, rest] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name: name.toUpperCase(), rest: rest! }];
  });
}

/** The words of the exec form (a JSON array); undefined for the shell form. */
function wordsOf(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined;
  }
}
