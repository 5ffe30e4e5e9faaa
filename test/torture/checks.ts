/** What must hold at the end of a torture. Each check resolves with what is wrong. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Api } from './api.ts';
import { type ApiRun, markVariable, type TortureRun } from './crowd.ts';
import type { Victim } from './victim.ts';
import type { Testimony, Witness } from './witness.ts';

/** As in Wherry's `log-store.ts`. */
const maxLogChars = 10_485_760;

/** Nothing acknowledged is missing, and nothing of `durable` is there twice. */
export async function runProblems(api: Api, run: TortureRun, testimony: Testimony): Promise<string[]> {
  const items = await api.all<{ key: string }>(`/v2/datasets/${run.datasetId}/items`);
  const keys = items.map(({ key }) => key);
  const stored = new Set(keys);
  const problems = [...testimony.acknowledged]
    .filter((key) => !stored.has(key))
    .map((key) => `item ${key} was acknowledged and is missing`);
  const isWhole = run.status === 'SUCCEEDED' && run.kind !== 'durable';
  const expected = isWhole ? Array.from({ length: run.size }, (_, index) => String(index)) : [];
  for (const key of expected) {
    const isExcused = [...testimony.gaveUp].some((url) => isAbove(Number(url.split('/').at(-1)), Number(key)));
    if (!stored.has(key) && !isExcused) problems.push(`it SUCCEEDED without item ${key}`);
  }
  if (run.kind === 'durable') {
    const wrong = keys.findIndex((key, index) => key !== String(index));
    if (wrong >= 0)
      problems.push(`item ${wrong} of ${keys.length} is ${keys[wrong]}: ${keys.slice(wrong - 2, wrong + 3)}`);
    if (run.status === 'SUCCEEDED' && keys.length !== run.size)
      problems.push(`it has ${keys.length} of ${run.size} items`);
  }
  const record = await api.call('GET', `/v2/key-value-stores/${run.storeId}/records/STATE`);
  const step = (record?.body as { next?: number } | undefined)?.next ?? 0;
  if (run.kind !== 'durable' && step < testimony.step)
    problems.push(`STATE is ${step}, ${testimony.step} was acknowledged`);
  problems.push(...(await endProblems(api, run, testimony)), ...(await logProblems(api, run)));
  return problems.map((problem) => `${run.kind} ${run.id} (${run.status}): ${problem}`);
}

/** Pages are a tree: a page that was given up hides those below it. */
function isAbove(upper: number, lower: number): boolean {
  return upper === lower || (lower > upper && isAbove(upper, Math.floor((lower - 1) / 2)));
}

/** A fault of the platform is not the run's. */
async function endProblems(api: Api, run: TortureRun, { died }: Testimony): Promise<string[]> {
  const response = await api.call('GET', `/v2/actor-runs/${run.id}`);
  if (response?.status !== 200) return [`it could not be read: ${response?.status ?? 'no response'}`];
  const { statusMessage = '' } = (response.body as { data: ApiRun }).data;
  if (/could not be started|needed more memory/.test(statusMessage)) return [`it ended with “${statusMessage}”`];
  const isExcused = run.status !== 'FAILED' || run.hits.has('killed') || died.length > 0;
  return isExcused ? [] : [`it failed, and nobody made it fail: ${statusMessage}`];
}

async function logProblems(api: Api, run: TortureRun): Promise<string[]> {
  const response = await fetch(`${api.url}/v2/logs/${run.id}`, { headers: { authorization: api.authorization } });
  const log = await response.text();
  if (log.length > maxLogChars) return [`its log has ${log.length} characters`];
  const problems: string[] = [];
  const isCut = log.includes(' WHERRY The log is cut: ');
  const hasLost = / WHERRY \d+ lines were lost/.test(log);
  if (log !== '' && !log.endsWith('\n')) problems.push('its log ends within a line');
  const lines = log.split('\n').filter(Boolean);
  const odd = lines.find((line) => !/^[+-]?\d{4,6}-\d\d-\d\dT[\d:.]+Z /.test(line));
  if (odd !== undefined) problems.push(`its log has a line without a time: ${odd.slice(0, 200)}`);
  // The lines of each attempt follow each other, unless some were lost on the way, which the log says.
  const last = new Map<string, number>();
  for (const line of hasLost || isCut ? [] : lines) {
    const [, pid, number] = / flood (\d+) (\d+) x+$/.exec(line) ?? [];
    if (pid === undefined) continue;
    if (Number(number) !== (last.get(pid) ?? 0) + 1) problems.push(`its log has line ${number} after ${last.get(pid)}`);
    last.set(pid, Number(number));
  }
  return problems.slice(0, 3);
}

/** No process, port or group of an attempt is left. To be called while no attempt works. */
export async function leftovers(victim: Victim, witness: Witness, mark: string): Promise<string[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = await Promise.all(
    names.map(async (name) => {
      const [environment, folder, command, stat] = await Promise.all([
        readFile(`/proc/${name}/environ`, 'latin1').catch(() => ''),
        readlink(`/proc/${name}/cwd`).catch(() => ''),
        readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => ''),
        readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''),
      ]);
      const isOurs = environment.includes(`${markVariable}=${mark}`) || folder.startsWith(`${victim.dataFolder}/work/`);
      const isDead = stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
      return isOurs && !isDead ? [`process ${name} is left: ${command.replaceAll('\0', ' ').slice(0, 200)}`] : [];
    }),
  );
  const ports = await Promise.all(
    [...witness.ports].map(async (port) => ((await listens(port)) ? [`something listens on port ${port}`] : [])),
  );
  // The platform that is up has one, for the attempts to come.
  const gone = victim.isUp ? victim.pids.slice(0, -1) : victim.pids;
  const groups = (await controlGroups('/sys/fs/cgroup')).filter((name) => {
    return gone.some((pid) => path.basename(name).startsWith(`wherry-${pid}-`));
  });
  return [...processes.flat(), ...ports.flat(), ...groups.map((name) => `control group ${name} is left`)];
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

async function controlGroups(folder: string, depth = 4): Promise<string[]> {
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name));
  return [...below, ...(await Promise.all(below.map((each) => controlGroups(each, depth - 1)))).flat()];
}

export async function blobFiles({ dataFolder }: Victim): Promise<number> {
  const entries = await readdir(path.join(dataFolder, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** All that may be in a data folder whose platform has ended. */
const expectedNames =
  /^(wherry\.sqlite|blobs|logs|builds|dependencies|work|secrets-key|platform\.log(\.\d)?|platform\.lock|reserve)$/;

/** No lock and no file is left. To be called when the platform has ended and all runs are deleted. */
export async function fileProblems(victim: Victim, logs: ReadonlySet<string>, blobs: number): Promise<string[]> {
  const list = (folder: string) => readdir(path.join(victim.dataFolder, folder)).catch(() => []);
  const problems = (await list('')).filter((name) => !expectedNames.test(name)).map((name) => `${name} is left`);
  problems.push(...(await list('work')).map((name) => `work/${name} is left`));
  for (const name of await list('logs')) if (!logs.has(name)) problems.push(`logs/${name} belongs to nothing`);
  const files = await blobFiles(victim);
  if (files !== blobs) problems.push(`blobs/ has ${files} files for ${blobs} large records`);
  if (await listens(Number(new URL(victim.url).port))) problems.push('the port of the platform is in use');
  const database = new DatabaseSync(path.join(victim.dataFolder, 'wherry.sqlite'), { readOnly: true });
  const [{ integrity_check: integrity }] = database.prepare('PRAGMA integrity_check').all() as [
    { integrity_check: string },
  ];
  if (integrity !== 'ok') problems.push(`the database is damaged: ${integrity}`);
  database.close();
  return problems;
}
