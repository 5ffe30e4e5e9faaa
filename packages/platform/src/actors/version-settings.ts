import { invalidInput } from '../shared/errors.ts';
import { checkSourceName } from './source-files.ts';

const sourceTypes = ['SOURCE_FILES', 'TARBALL', 'GIT_REPO', 'GITHUB_GIST', 'SOURCE_CODE'] as const;

export interface SourceFile {
  readonly name: string;
  readonly format?: 'TEXT' | 'BASE64';
  readonly content?: string;
  readonly folder?: boolean;
}

/** The stored settings of a version. Its number and environment variables are stored apart. */
export interface VersionSettings {
  readonly sourceType: (typeof sourceTypes)[number];
  readonly buildTag: string | null;
  readonly applyEnvVarsToBuild: boolean;
  readonly sourceFiles?: readonly SourceFile[];
  readonly tarballUrl?: string;
  readonly gitRepoUrl?: string;
  readonly gitHubGistUrl?: string;
}

/** `value` may be missing only for a secret that exists already. */
export interface EnvVarInput {
  readonly name: string;
  readonly value?: string;
  readonly isSecret?: boolean | null;
}

/** A version as clients send it. Missing fields do not change. */
export interface VersionInput {
  readonly versionNumber?: string | null;
  readonly sourceType?: VersionSettings['sourceType'] | null;
  readonly buildTag?: string | null;
  readonly applyEnvVarsToBuild?: boolean | null;
  readonly sourceFiles?: readonly SourceFile[] | null;
  readonly tarballUrl?: string | null;
  readonly gitRepoUrl?: string | null;
  readonly gitHubGistUrl?: string | null;
  readonly envVars?: readonly EnvVarInput[] | null;
}

export const envVarSchema = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 256 },
    value: { type: 'string', maxLength: 50_000 },
    isSecret: { type: 'boolean', nullable: true },
  },
};

const url = { type: 'string', nullable: true, maxLength: 4096 };

export const versionSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    versionNumber: { type: 'string', nullable: true, pattern: '^([0-9]|[1-9][0-9])\\.([0-9]|[1-9][0-9])$' },
    sourceType: { enum: [...sourceTypes, null] },
    buildTag: { type: 'string', nullable: true, maxLength: 63 },
    applyEnvVarsToBuild: { type: 'boolean', nullable: true },
    sourceFiles: {
      type: 'array',
      nullable: true,
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', maxLength: 1024 },
          format: { enum: ['TEXT', 'BASE64'] },
          content: { type: 'string' },
          folder: { type: 'boolean' },
        },
      },
    },
    tarballUrl: url,
    gitRepoUrl: url,
    gitHubGistUrl: url,
    envVars: { type: 'array', nullable: true, maxItems: 500, items: envVarSchema },
  },
};

/** Returns `old` with the changes of `input`. */
export function mergeVersion(old: VersionSettings | undefined, input: VersionInput): VersionSettings {
  const merged = {
    ...(old ?? { sourceType: 'SOURCE_FILES' as const, buildTag: null, applyEnvVarsToBuild: false }),
    ...(input.sourceType && { sourceType: input.sourceType }),
    ...(input.buildTag !== undefined && { buildTag: input.buildTag }),
    ...(typeof input.applyEnvVarsToBuild === 'boolean' && { applyEnvVarsToBuild: input.applyEnvVarsToBuild }),
    ...(input.sourceFiles && { sourceFiles: input.sourceFiles }),
    ...(input.tarballUrl && { tarballUrl: input.tarballUrl }),
    ...(input.gitRepoUrl && { gitRepoUrl: input.gitRepoUrl }),
    ...(input.gitHubGistUrl && { gitHubGistUrl: input.gitHubGistUrl }),
  };
  if (merged.buildTag !== null) checkTag(merged.buildTag);
  checkSourceFiles(merged.sourceFiles ?? []);
  if (merged.sourceType === 'TARBALL' && !isWebUrl(merged.tarballUrl ?? '')) {
    throw invalidInput('A version with the source type TARBALL needs "tarballUrl", an http or https URL.');
  }
  return merged;
}

const isWebUrl = (text: string) => /^https?:/i.test(text) && URL.canParse(text);

/** A tag must not look like the number of a version or a build, since a build can be addressed by either. */
export function checkTag(tag: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(tag) && !/^\d+(\.\d+)*$/.test(tag)) return;
  throw invalidInput(
    `The build tag "${tag}" cannot be used: take 1 to 63 letters, digits, dots, hyphens and underscores, not a number.`,
  );
}

function checkSourceFiles(files: readonly SourceFile[]): void {
  const names = new Set<string>();
  for (const { name } of files) {
    checkSourceName(name);
    if (names.has(name)) throw invalidInput(`The source file "${name}" is given twice. Send each file once.`);
    names.add(name);
  }
}
