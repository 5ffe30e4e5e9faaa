/** What a Dockerfile says of the last stage, which becomes the image. */

interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly rest: string;
}

/** The last stage of a Dockerfile, with the image at the bottom of the stages that it is made from. */
export interface Stage {
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

export function stageOf(dockerfile: string): Stage {
  const values = new Map<string, string>();
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(dockerfile)) {
    if (instruction.name === 'ARG') {
      const [, name, value] = /^(\w+)=["']?(.*?)["']?$/.exec(instruction.rest) ?? [];
      if (name !== undefined) values.set(name, value!);
    }
    if (instruction.name !== 'FROM') {
      stages.at(-1)?.instructions.push(instruction);
      continue;
    }
    const [, image = '', name] = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?$/i.exec(instruction.rest) ?? [];
    const filled = image.replaceAll(/\$\{?(\w+)(?::-([^}]*))?\}?/g, (_all, key: string, usual = '') => {
      return values.get(key) ?? usual;
    });
    const base = stages.findLast((stage) => stage.name === filled.toLowerCase());
    stages.push({
      image: base?.image ?? filled,
      name: name?.toLowerCase(),
      instructions: [...(base?.instructions ?? [])],
    });
  }
  // Packages may be installed in a stage that the last one copies them from.
  const installing = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'RUN'));
  const last = stages.at(-1);
  const own = last?.instructions.filter(({ name }) => name !== 'RUN') ?? [];
  return { image: last?.image ?? '', instructions: [...installing, ...own] };
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
export function wordsOf(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined;
  }
}
