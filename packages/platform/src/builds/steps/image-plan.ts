/**
 * What a Dockerfile says of the program that its image starts, as far as it can be followed without making an image: stages,
 * ARG, ENV, WORKDIR, COPY, SHELL, ENTRYPOINT and CMD. RUN instructions are not carried out; those that do more than install
 * packages and build are named. Source of the rules: docs.docker.com, "Dockerfile reference".
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import {
  type Copy,
  DockerfileParser,
  type Env,
  type From,
  type Instruction,
  type JSONInstruction,
} from 'dockerfile-ast';
import { type GlobalPackages, globalPackagesOf, installsOthers } from './global-packages.ts';

/** In its exec form (words) or its shell form (a line). */
export type ImageCommand =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'line'; readonly line: string; readonly shell: readonly string[] };

export interface ImagePlan {
  /** The image that the last stage is made from; empty when the Dockerfile has no FROM. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  /** The folder of the sources that the working directory is; empty for their root. */
  readonly workFolder: string;
  /** Undefined when the Dockerfile leaves it to its image. */
  readonly command: ImageCommand | undefined;
  /** The RUN instructions of all stages, each in one line. */
  readonly runs: readonly string[];
  /** Those of which more is expected than a build does. */
  readonly ignoredRuns: readonly string[];
  /** What RUN instructions install globally with a package manager of Node. */
  readonly globalPackages: GlobalPackages;
  /** The path among the sources, relative to the working directory, of a path in the image; undefined for any other. */
  sourceOf(imagePath: string): string | undefined;
}

/** A folder of the image that has the files of a folder of the sources. */
interface Copied {
  readonly imagePath: string;
  readonly source: string;
  readonly isFolder: boolean;
}

interface Stage {
  readonly name: string | undefined;
  readonly image: string;
  readonly env: Map<string, string>;
  readonly args: Map<string, string>;
  readonly copied: Copied[];
  workdir: string;
  shell: readonly string[];
  entrypoint: ImageCommand | undefined;
  command: ImageCommand | undefined;
}

/** Where Apify's images put an Actor, unless a WORKDIR says otherwise. Source: docs.apify.com, "Dockerfile". */
const usualWorkdir = '/usr/src/app';
const otherWorkdir = /^\/home\/myuser(?=\/|$)/;

/**
 * @param contextFolder the folder that the image is made from
 * @param args the values of ARG instructions that are given from outside
 */
export function imagePlanOf(
  dockerfile: string,
  { folder, contextFolder, args }: { folder: string; contextFolder: string; args: Readonly<Record<string, string>> },
): ImagePlan {
  const stages: Stage[] = [];
  const globals = new Map(Object.entries(args));
  const runs: string[] = [];
  for (const instruction of DockerfileParser.parse(withoutComments(dockerfile)).getInstructions()) {
    const stage = stages.at(-1);
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') stages.push(newStage(instruction as From, stages, globals));
    else if (keyword === 'RUN') runs.push((instruction.getArgumentsContent() ?? '').replaceAll(/\\\s*\n/g, ' '));
    else if (keyword === 'ARG') declareArgument(instruction as Env, stage?.args ?? globals, stage, args, globals);
    else if (stage !== undefined) follow(instruction, stage, contextFolder);
  }
  const last = stages.at(-1) ?? emptyStage();
  const base = path.relative(folder, contextFolder);
  const inSources = (given: string) => {
    const imagePath = last.workdir === usualWorkdir ? given.replace(otherWorkdir, usualWorkdir) : given;
    const found = sourceIn(last.copied, path.posix.resolve(last.workdir, imagePath));
    return found === undefined ? undefined : path.posix.join(base, found);
  };
  const workFolder = normal(inSources('.') ?? base);
  return {
    image: last.image,
    env: Object.fromEntries(last.env),
    workFolder,
    command: commandOf(last),
    runs,
    ignoredRuns: runs.filter(doesMore),
    globalPackages: globalPackagesOf(runs),
    sourceOf: (imagePath) => {
      const found = imagePath.startsWith('/') ? inSources(imagePath) : undefined;
      return found === undefined ? undefined : path.posix.relative(workFolder, found) || '.';
    },
  };
}

/** The parser leaves comments in the arguments of an instruction; the first ones of a file may be its directives. */
function withoutComments(dockerfile: string): string {
  const lines = dockerfile.split('\n');
  const first = lines.findIndex((line) => !/^\s*#\s*\w+\s*=/.test(line));
  return [...lines.slice(0, first), ...lines.slice(first).filter((line) => !/^\s*#/.test(line))].join('\n');
}

const normal = (name: string) => (name === '.' || name === './' ? '' : name.replace(/\/$/, ''));

function emptyStage(): Stage {
  return {
    name: undefined,
    image: '',
    env: new Map(),
    args: new Map(),
    copied: [],
    workdir: usualWorkdir,
    shell: ['/bin/sh', '-c'],
    entrypoint: undefined,
    command: undefined,
  };
}

/** A stage that is made from an earlier one has what that one has. */
function newStage(from: From, stages: readonly Stage[], globals: ReadonlyMap<string, string>): Stage {
  const image = filled(from.getImage() ?? '', globals).toLowerCase();
  const name = from.getBuildStage()?.toLowerCase();
  const base = stages.find((stage) => stage.name === image) ?? emptyStage();
  return {
    ...base,
    name,
    image: base.image || image,
    env: new Map(base.env),
    args: new Map(),
    copied: [...base.copied],
  };
}

function declareArgument(
  instruction: Env,
  into: Map<string, string>,
  stage: Stage | undefined,
  given: Readonly<Record<string, string>>,
  globals: ReadonlyMap<string, string>,
): void {
  for (const property of instruction.getProperties()) {
    const name = property.getName();
    const usual = property.getValue();
    const value = given[name] ?? (usual === null ? globals.get(name) : filled(usual, variablesOf(stage)));
    if (value !== undefined) into.set(name, value);
  }
}

const variablesOf = (stage: Stage | undefined): ReadonlyMap<string, string> =>
  new Map([...(stage?.args ?? []), ...(stage?.env ?? [])]);

function follow(instruction: Instruction, stage: Stage, contextFolder: string): void {
  const variables = variablesOf(stage);
  switch (instruction.getKeyword()) {
    case 'ENV':
      for (const property of (instruction as Env).getProperties()) {
        const isLiteral = property.getUnescapedValue()?.startsWith("'") === true;
        const value = property.getValue() ?? '';
        stage.env.set(property.getName(), isLiteral ? value : filled(value, variables));
      }
      return;
    case 'WORKDIR':
      stage.workdir = path.posix.resolve(stage.workdir, filled(instruction.getArgumentsContent() ?? '', variables));
      return;
    case 'COPY':
    case 'ADD':
      stage.copied.push(...copiedBy(instruction as Copy, stage, variables, contextFolder));
      return;
    case 'SHELL':
      stage.shell = wordsOf(instruction as JSONInstruction) ?? stage.shell;
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = commandIn(instruction as JSONInstruction, stage);
      // An image's own CMD is for its own ENTRYPOINT.
      stage.command = undefined;
      return;
    case 'CMD':
      stage.command = commandIn(instruction as JSONInstruction, stage);
      return;
    default:
      return;
  }
}

/** What COPY puts where. What comes from another stage is made by a build, in the place where the sources are. */
function copiedBy(
  copy: Copy,
  { workdir }: Stage,
  variables: ReadonlyMap<string, string>,
  contextFolder: string,
): Copied[] {
  const flags = copy.getFlags().map((flag) => flag.getName());
  const isList = copy.getOpeningBracket() !== null;
  const words = isList
    ? copy.getJSONStrings().map((each) => each.getJSONValue())
    : copy.getArguments().map((argument) => argument.getValue());
  const given = words.filter((word) => !word.startsWith('--')).map((word) => filled(word, variables));
  const target = given.at(-1);
  if (flags.includes('from') || given.length < 2 || target === undefined) return [];
  return given.slice(0, -1).map((source) => {
    const clean = normal(path.posix.normalize(source.replace(/^\/+/, '')));
    const isFolder = statSync(path.join(contextFolder, clean), { throwIfNoEntry: false })?.isDirectory() === true;
    const imagePath = path.posix.resolve(workdir, target);
    if (isFolder) return { imagePath, source: clean, isFolder };
    // A file, or a pattern of files, goes into a folder, or gets the name of the target.
    const isInto = /(?:^|\/)\.{0,2}$/.test(target) || given.length > 2 || source.includes('*');
    return {
      imagePath: isInto ? imagePath : path.posix.dirname(imagePath),
      source: normal(path.posix.dirname(clean)),
      isFolder,
    };
  });
}

/** The folder of the sources that is nearest: copied folders count before folders that single files went to. */
function sourceIn(copied: readonly Copied[], imagePath: string): string | undefined {
  const within = copied.filter((each) => isWithin(imagePath, each.imagePath));
  const nearest = within.toSorted(
    (one, other) => Number(other.isFolder) - Number(one.isFolder) || other.imagePath.length - one.imagePath.length,
  )[0];
  return nearest && path.posix.join(nearest.source, path.posix.relative(nearest.imagePath, imagePath));
}

const isWithin = (name: string, folder: string) =>
  name === folder || name.startsWith(folder === '/' ? '/' : `${folder}/`);

/** `$NAME`, `${NAME}`, `${NAME:-usual}` and `${NAME:+other}`. */
const variable = /\\\$|\$(?:(\w+)|\{(\w+)(?:(:[-+])([^}]*))?\})/g;

function filled(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(variable, (whole, plain?: string, braced?: string, operator?: string, word = '') => {
    const name = plain ?? braced;
    if (name === undefined) return whole.slice(1);
    const value = variables.get(name) ?? '';
    if (operator === ':-') return value === '' ? word : value;
    if (operator === ':+') return value === '' ? '' : word;
    return value;
  });
}

function wordsOf(instruction: JSONInstruction): readonly string[] | undefined {
  if (instruction.getOpeningBracket() === null) return undefined;
  try {
    const words: unknown = JSON.parse(instruction.getArgumentsContent() ?? '');
    return Array.isArray(words) ? words.map(String) : undefined;
  } catch {
    // As Docker: what is no JSON is a line for the shell.
    return undefined;
  }
}

function commandIn(instruction: JSONInstruction, { shell }: Stage): ImageCommand | undefined {
  const words = wordsOf(instruction);
  if (words !== undefined) return words.length === 0 ? undefined : { kind: 'words', words };
  const line = instruction.getArgumentsContent()?.trim();
  return line ? { kind: 'line', line, shell } : undefined;
}

/** The table "Understand how CMD and ENTRYPOINT interact" of Docker's reference. */
function commandOf({ entrypoint, command }: Stage): ImageCommand | undefined {
  if (entrypoint === undefined || entrypoint.kind === 'line') return entrypoint ?? command;
  if (command === undefined) return entrypoint;
  const words = command.kind === 'words' ? command.words : [...command.shell, command.line];
  return { kind: 'words', words: [...entrypoint.words, ...words] };
}

/** What a build does itself, or what changes nothing that an Actor needs here. */
const followed =
  /^(?:npm|npx|yarn|pnpm|corepack|tsc|node|echo|rm|chown|chmod|mkdir|ls|cat|true|test|set|cd|adduser|addgroup|useradd|groupadd)$/;
function doesMore(run: string): boolean {
  if (installsOthers(run)) return true;
  const commands = run.replaceAll(/--mount=\S+/g, '').split(/&&|\|\||[;|\n()]/);
  const programs = commands.map((each) => each.trim().split(/\s+/)[0]!).filter((each) => each !== '');
  return programs.some((program) => !followed.test(program));
}
