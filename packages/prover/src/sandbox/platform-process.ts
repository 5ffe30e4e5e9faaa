/** The private platform, in a process of its own so that it can be killed. Its settings are in the environment. */
import path from 'node:path';
import { ProcessEngine, startPlatform } from '@wherry/platform';
import type { AttemptStart } from '../proxy/attempt-traffic.ts';
import { type FromPlatform, type PlatformSettings, settingsVariable, type ToPlatform } from './platform-messages.ts';
import { WatchedEngine } from './watched-engine.ts';

const settings = JSON.parse(process.env[settingsVariable]!) as PlatformSettings;
const { dataFolder, token, port, advertisedUrl, outsidePort } = settings;

/** Shorter than the defaults, so that a drain takes seconds and not a minute. */
const handoffs = { bootSecs: 30, graceSecs: 20, quietGraceSecs: 2 };

/** Starts of attempts that wait until the prover knows the attempt, by token. */
const waiting = new Map<string, () => void>();

const send = (message: FromPlatform): void => void process.send?.(message);

const announce = (start: AttemptStart): Promise<void> =>
  new Promise((resolve) => {
    waiting.set(start.token, resolve);
    send({ kind: 'attempt', ...start });
  });

/** Settings that make an Actor's requests to other servers go through the recording proxy, if its clients use them. */
function outsideEnvironment(password: string): Record<string, string> {
  const proxy = `http://auto:${password}@127.0.0.1:${outsidePort}`;
  const direct = new URL(advertisedUrl).host;
  return {
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: direct,
    no_proxy: direct,
    // Makes `fetch` and `http` of Node use them, from Node 24 on.
    NODE_USE_ENV_PROXY: '1',
  };
}

/** The recording proxy in the place of the platform's, for the SDK's ProxyConfiguration. */
const recordingProxy = (password: string): Record<string, string> => ({
  APIFY_PROXY_HOSTNAME: '127.0.0.1',
  APIFY_PROXY_PORT: String(outsidePort),
  APIFY_PROXY_PASSWORD: password,
  APIFY_PROXY_STATUS_URL: `http://127.0.0.1:${outsidePort}`,
});

/** It tells the recording proxy which attempt makes a request. */
const passwordOf = ({ runId, attempt }: { runId: string; attempt: number }): string => `${runId}-${attempt}`;

const engine = new WatchedEngine({
  engine: new ProcessEngine({ servers: 2, workFolder: path.join(dataFolder, 'work') }),
  starting: announce,
  overridesOf: (spec) => recordingProxy(passwordOf(spec)),
  environmentOf: (spec) => ({
    ...outsideEnvironment(passwordOf(spec)),
    // Compiled modules are kept for the next boot, because most of the time of a run is its boot.
    NODE_COMPILE_CACHE: path.join(dataFolder, 'compile-cache'),
  }),
});

const platform = await startPlatform({
  dataFolder,
  token,
  port,
  advertisedUrl,
  engine,
  handoffs,
  commits: settings.takesCommits,
});

async function close(): Promise<void> {
  await platform.close();
  process.exit(0);
}

process.on('message', (message: ToPlatform) => {
  if (message.kind === 'known') waiting.get(message.token)?.();
  else if (message.kind === 'protect') engine.protect(message.runId, message.attempt);
  else void close();
});
// The prover has ended, and none of its processes may outlive it.
process.on('disconnect', () => void close());
// Ctrl-C reaches the whole process group, but the prover decides when this process ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
send({ kind: 'started', url: platform.url });
