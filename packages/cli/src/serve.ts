import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  finishInterruptedRestore,
  type Platform,
  PlatformLog,
  ProxyGroupsError,
  parseProxyGroups,
  startPlatform,
  TlsFilesError,
  type UsagePrices,
  usageUnits,
} from '@wherry/platform';
import pino from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import { reportOf } from './demo/report.ts';
import type { Verdict } from './demo/verdict.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { badUsage, Failure, failureOf } from './failure.ts';
import { engineNote, openEngine } from './open-engine.ts';
import { connect } from './platform/connection.ts';
import { readOrMakeToken, tokenFile } from './platform/token.ts';
import type { PlatformSettings } from './settings.ts';
import { showDemo } from './show-demo.ts';
import { type Interruption, interruption } from './terminal/interruption.ts';
import { printJsonLine, printNote, printResult } from './terminal/output.ts';
import { Progress } from './terminal/progress.ts';

/** Where `scripts/build-console.mjs` builds it; in the published package it is at the same place beside this program. */
const consoleFolder = fileURLToPath(new URL('../../console/dist/', import.meta.url));

/** How long runs may finish in-flight requests when the platform ends: `docker stop` kills after 10 s. */
const endGraceSecs = 8;

/** Starts the platform, runs the demo if the settings have one, and resolves after the platform has ended. */
export async function serve(settings: PlatformSettings, { json }: { json: boolean }): Promise<ExitCode> {
  const interrupted = interruption({ hangUpEnds: settings.tls === undefined });
  const signal = interrupted.first;
  const dataFolder = path.resolve(settings.dataFolder);
  const platform = await start(settings, dataFolder);
  const endReloads = reloadAtHangUp(platform);
  try {
    await printStart(platform, settings, { dataFolder, json });
    const exitCode = settings.demo !== null ? await demonstrate(platform, settings, { json, signal }) : exitCodes.ok;
    if (settings.once) return exitCode;
    if (!signal.aborted) {
      printNote('\nPress Ctrl-C to end. Unfinished runs continue at the next start.');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    return exitCodes.ok;
  } finally {
    await end(platform, interrupted);
    endReloads();
  }
}

/** Only a terminal is shown what signs in: other output is stored, as a container's log is, and read by many. */
async function printStart(
  platform: Platform,
  settings: PlatformSettings,
  { dataFolder, json }: { readonly dataFolder: string; readonly json: boolean },
): Promise<void> {
  const { url, token, tls } = platform;
  const isTerminal = process.stdout.isTTY;
  const consoleUrl = platform.hasConsole ? await consoleUrlOf(platform, json || isTerminal) : null;
  if (json) return printJsonLine({ event: 'started', url, token, dataFolder, consoleUrl });
  const notShown = settings.token === undefined ? `in the file ${tokenFile(dataFolder)}` : 'as it was set';
  printResult(`Wherry runs at ${url}`);
  if (consoleUrl !== null) printResult(`Console: ${consoleUrl}`);
  printResult(`API token: ${isTerminal ? token : notShown}\nData: ${dataFolder}`);
  if (consoleUrl === null && settings.console)
    printNote('There is no console: it was not built. `npm run build:console` builds it.');
  if (consoleUrl !== null && isTerminal)
    printNote('The link signs in once, within an hour; `wherry console` prints another one.');
  if (tls !== undefined) printNote(`Over TLS: port ${tls.port} of ${settings.host}`);
  printNote(`Engine: ${engineNote(settings.engine.kind)}`);
}

async function consoleUrlOf({ url, token }: Platform, signsIn: boolean): Promise<string> {
  return signsIn ? (await connect(url, token).wherry.signInLink()).url : `${url}/console/`;
}

/** As servers do: SIGHUP reads the certificate again, after it was renewed. Returns what stops this. */
function reloadAtHangUp({ tls }: Platform): () => void {
  if (tls === undefined) return () => undefined;
  const reload = () =>
    tls.reload().then(
      () => printNote('The certificate was read again.'),
      (error: Error) => printNote(`The former certificate stays in use. ${error.message}`),
    );
  process.on('SIGHUP', reload);
  return () => process.off('SIGHUP', reload);
}

async function end(platform: Platform, { first, second }: Interruption): Promise<void> {
  if (first.aborted) {
    printNote(
      '\nEnding. Runs finish their requests in flight, and continue at the next start. Press Ctrl-C again to end at once.',
    );
  }
  second.addEventListener('abort', async () => {
    await platform.close();
    process.exit(exitCodes.notSucceeded);
  });
  await platform.close({ graceSecs: endGraceSecs });
}

async function start(settings: PlatformSettings, dataFolder: string): Promise<Platform> {
  const { host, port, servers, memoryMbytes, maxRuns, commits, advertisedUrl, allowedHosts, secretsKeyFile } = settings;
  const { webDomain, auditDays, tls, allowPrivateWebhooks, maxUserMbytes } = settings;
  const { diskWatermarkPercent } = settings;
  const prices = await readPrices(settings.pricesFile);
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    await finishInterruptedRestore(dataFolder);
    const token = settings.token ?? (await readOrMakeToken(dataFolder));
    const logger = pino({}, new PlatformLog({ file: path.join(dataFolder, 'platform.log') }));
    const proxy = await proxyOptionsOf(settings);
    const engine = await openEngine({ ...settings, dataFolder });
    return await startPlatform({
      dataFolder,
      token,
      secretsKeyFile,
      version: packageFile.version,
      ...(settings.console && { consoleFolder }),
      // Over TLS only, as far as others are concerned: the plain port is for this machine then.
      host: tls === undefined ? host : '127.0.0.1',
      port,
      tls: tls && { ...tls, host },
      servers,
      memoryMbytes,
      maxRuns,
      maxUserMbytes,
      retention: {
        runs: settings.retainRunDays,
        storages: settings.retainStorageDays,
        logs: settings.retainLogDays,
        builds: settings.retainBuildDays,
      },
      diskWatermarkPercent,
      auditDays,
      prices,
      commits,
      logger,
      allowedHosts,
      webDomain,
      proxy,
      webhooks: { allowPrivate: allowPrivateWebhooks },
      ...(engine && { engine }),
      ...(advertisedUrl && { advertisedUrl }),
    });
  } catch (error) {
    throw startFailure(error as NodeJS.ErrnoException, settings);
  }
}

/** @throws Failure when the file of proxy groups cannot be read, or is wrong */
async function proxyOptionsOf({
  proxyGroupsFile: file,
  proxyPort: port,
  advertisedProxy: advertised,
}: PlatformSettings) {
  if (file === undefined) return { port, advertised };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw badUsage(`The file of --proxy-groups, ${file}, cannot be read (${error.code}).`);
  });
  try {
    return { port, advertised, groups: parseProxyGroups(text) };
  } catch (error) {
    if (!(error instanceof ProxyGroupsError)) throw error;
    throw badUsage(`The file of --proxy-groups, ${file}, is wrong. ${error.message}`);
  }
}

function startFailure(
  error: NodeJS.ErrnoException & { port?: number },
  { host, port, proxyPort, tls, dataFolder }: PlatformSettings,
): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof TlsFilesError) return badUsage(`${error.message} See --tls-cert and --tls-key.`);
  const { code = '', syscall, message } = error;
  if (syscall === 'listen' && error.port === proxyPort && proxyPort !== port) {
    const why = code === 'EADDRINUSE' ? 'it is in use' : code;
    return badUsage(
      `The proxy cannot listen on port ${proxyPort} (${why}). Choose another with --proxy-port or WHERRY_PROXY_PORT.`,
    );
  }
  if (code === 'EADDRINUSE' && error.port === tls?.port)
    return badUsage(`Port ${tls?.port} is in use. Choose another with --tls-port or WHERRY_TLS_PORT.`);
  if (code === 'EADDRINUSE') return badUsage(`Port ${port} is in use. Choose another with --port or WHERRY_PORT.`);
  if (code === 'EACCES' && syscall === 'listen') {
    return badUsage(`This user may not listen on port ${port}. Choose one above 1023 with --port or WHERRY_PORT.`);
  }
  if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) {
    return badUsage(`This machine has no address "${host}". Choose another with --host or WHERRY_HOST.`);
  }
  if (code === 'DATA_FOLDER_WITHOUT_DATABASE') return badUsage(message);
  if (code === 'DATA_FOLDER_IN_USE') return badUsage(`${message} Name it with --data or WHERRY_DATA.`);
  if (code === 'SECRETS_KEY') return badUsage(message);
  if (['EACCES', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS'].includes(code)) {
    return badUsage(`${dataFolder} cannot be the data folder (${code}). Choose another with --data or WHERRY_DATA.`);
  }
  return new Failure(exitCodes.notReachable, `The platform could not start: ${message}`, { cause: error });
}

/** A demo that fails does not end the platform, except with `--once`. */
async function demonstrate(
  platform: Platform,
  { demo, demoUrl: url }: PlatformSettings,
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<ExitCode> {
  try {
    const connection = connect(platform.url, platform.token);
    const siteHost = platform.hostAddress;
    const verdict = await showDemo({
      connection,
      kind: demo!,
      url,
      siteHost,
      progress: new Progress(process.stderr),
      signal,
    });
    print(verdict, json);
    return verdict.faults.length === 0 ? exitCodes.ok : exitCodes.notSucceeded;
  } catch (error) {
    if (signal.aborted) return exitCodes.notSucceeded;
    const failure = failureOf(error);
    printNote(`wherry: the demo could not finish. ${failure.message}`);
    return failure.exitCode;
  }
}

function print(verdict: Verdict, json: boolean): void {
  if (json) printJsonLine({ event: 'demo', ok: verdict.faults.length === 0, ...verdict });
  else printResult(reportOf(verdict));
}

/** What Actors charge for events has prices of its own. */
const unitNames: readonly string[] = usageUnits.filter((unit) => unit !== 'PAID_ACTORS_PER_EVENT');

/** @throws Failure when the file is not a JSON object of prices in USD */
async function readPrices(file: string | undefined): Promise<UsagePrices | undefined> {
  if (file === undefined) return undefined;
  const wanted = `It must be JSON such as {"${unitNames[0]}": 0.25}, with prices in USD for ${unitNames.join(', ')}.`;
  let prices: unknown;
  try {
    prices = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw badUsage(`--prices ${file} cannot be read: ${(error as Error).message}. ${wanted}`);
  }
  const entries = Object.entries(prices ?? {});
  const isPrice = (price: unknown) => typeof price === 'number' && price >= 0;
  if (!entries.every(([name, price]) => unitNames.includes(name) && isPrice(price))) {
    throw badUsage(`--prices ${file} is not a list of prices. ${wanted}`);
  }
  return { ACTOR_COMPUTE_UNITS: 0, ...(prices as Partial<UsagePrices>) };
}
