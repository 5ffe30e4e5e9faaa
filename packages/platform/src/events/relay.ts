import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeWholeFile } from '../shared/whole-file.ts';
import { addressFile, apiFile, type RelayAddress, relayFolder, relayPath } from './relay-files.ts';

const program = fileURLToPath(new URL('./relay-program.ts', import.meta.url));
const askEveryMs = 50;
/** Well before the relay would end for lack of a platform. */
const visitEveryMs = 20_000;
const startMs = 20_000;

export interface EventsRelay {
  /** Where attempts open their events websockets, without a path: `ws://…`. */
  readonly url: string;
  /** Stops visiting the relay, which ends when it has no socket left. */
  leave(): void;
}

/**
 * Finds the relay of the platform's events websockets that an earlier platform process started, or starts one.
 * @param host where it listens
 * @param apiUrl where the API is, on this machine
 */
export async function findEventsRelay(dataFolder: string, host: string, apiUrl: string): Promise<EventsRelay> {
  const folder = path.resolve(dataFolder, relayFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWholeFile(path.join(folder, apiFile), apiUrl.replace(/^http/, 'ws'));
  const address = (await visit(folder, host)) ?? (await start(folder, host));
  const timer = setInterval(() => void visit(folder, host), visitEveryMs);
  timer.unref();
  return { url: `ws://${host}:${address.port}`, leave: () => clearInterval(timer) };
}

async function start(folder: string, host: string): Promise<RelayAddress> {
  const args = ['--disable-warning=ExperimentalWarning', program, folder, host];
  const child = spawn(process.execPath, args, { detached: true, stdio: 'ignore', env: {} });
  child.unref();
  for (const lastAtMs = performance.now() + startMs; performance.now() < lastAtMs; await delay(askEveryMs)) {
    const address = await visit(folder, host);
    if (address !== undefined) return address;
  }
  throw new Error(`The events relay could not listen at ${host}. Check whether this machine has that address.`);
}

/** Undefined when no relay runs, or another program has its port now. */
async function visit(folder: string, host: string): Promise<RelayAddress | undefined> {
  try {
    const address = JSON.parse(await readFile(path.join(folder, addressFile), 'utf8')) as RelayAddress;
    if (address.host !== host) return undefined;
    const response = await fetch(`http://${address.host}:${address.port}${relayPath}`);
    return (await response.text()) === folder ? address : undefined;
  } catch {
    return undefined;
  }
}
