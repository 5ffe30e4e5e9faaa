import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import type { PlatformUse } from './children/platform-process.ts';
import type { TikTokSiteFacts } from './children/tiktok-site-process.ts';

export const token = `bench_${randomBytes(16).toString('hex')}`;

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** A new folder, removed at the end. */
export async function newFolder(within = tmpdir()): Promise<Folder> {
  const folder = await mkdtemp(path.join(within, 'wherry-bench-'));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A new folder inside the clone: Actors that are built there find the packages of the workspace. */
export async function newFolderOfClone(): Promise<Folder> {
  const within = fileURLToPath(new URL('../../.tmp', import.meta.url));
  await mkdir(within, { recursive: true });
  return newFolder(within);
}

/** What a question to `children/writer-process.ts` returns: the delays of its event loop since the last question. */
export interface LoopDelays {
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The most processor time that the platform's thread used in one turn. */
  readonly maxOwnMs: number;
}

/** The platform under test. A question to it returns what it has used so far. */
export const startPlatformProcess = (
  dataFolder: string,
  profileFolder?: string,
): Promise<Child<string, null, PlatformUse>> =>
  startChild('children/platform-process.ts', { args: [dataFolder, token], profileFolder });

/** The same with the docker engine. */
export const startDockerPlatformProcess = (
  dataFolder: string,
  engineOptions: object,
  profileFolder?: string,
): Promise<Child<string, null, number>> =>
  startChild('children/docker-platform-process.ts', {
    args: [dataFolder, token, JSON.stringify(engineOptions)],
    profileFolder,
  });

/** A server that does nothing, or, with a log, syncs it once for each write. */
export const startNothingProcess = (logFile?: string): Promise<Child<string>> =>
  startChild('children/nothing-process.ts', { args: logFile === undefined ? [] : [logFile] });

/** A stand-in for TikTok's site. A question to it returns the number of its requests since the last question. */
export const startTikTokSiteProcess = (usernameCount: number): Promise<Child<TikTokSiteFacts, null, number>> =>
  startChild('children/tiktok-site-process.ts', { args: [String(usernameCount)] });

/** A site of `pageCount` pages; its ready message is the URL of the first. A question returns how many pages it served. */
export const startSiteProcess = (pageCount: number, host = '127.0.0.1'): Promise<Child<string, null, number>> =>
  startChild('children/site-process.ts', { args: [String(pageCount), host] });
