/** The private platform, in a process of its own so that it can be killed. Its order is in the environment. */
import path from 'node:path';
import { ProcessEngine, startPlatform } from '@wherry/platform';
import { outsideEnvironment } from './outside-environment.ts';
import { type FromPlatform, orderVariable, type PlatformOrder, type ToPlatform } from './platform-messages.ts';
import { type AttemptStart, WatchedEngine } from './watched-engine.ts';

const order = JSON.parse(process.env[orderVariable]!) as PlatformOrder;
const { dataFolder, token, port, advertisedUrl, outsidePort } = order;

/** A drain that is to be seen in seconds, not in a minute. */
const handoffs = { bootSecs: 30, graceSecs: 20, quietGraceSecs: 2 };

/** Starts that wait for the prover's word, by token. */
const waiting = new Map<string, () => void>();

const tell = (message: FromPlatform): void => void process.send?.(message);

const announce = (start: AttemptStart): Promise<void> =>
  new Promise((resolve) => {
    waiting.set(start.token, resolve);
    tell({ kind: 'attempt', ...start });
  });

const engine = new WatchedEngine({
  engine: new ProcessEngine({ servers: 2, workFolder: path.join(dataFolder, 'work') }),
  starting: announce,
  environmentOf: ({ runId, attempt }) => ({
    ...outsideEnvironment({ port: outsidePort, apiUrl: advertisedUrl, password: `${runId}-${attempt}` }),
    // Compiled modules are kept for the next boot: most of what a run takes is that.
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
  commits: order.takesCommits,
});

async function close(): Promise<void> {
  await platform.close();
  process.exit(0);
}

process.on('message', (message: ToPlatform) => {
  if (message.kind === 'known') waiting.get(message.token)?.();
  else if (message.kind === 'spare') engine.spare(message.runId, message.attempt);
  else void close();
});
// The prover is gone: nothing of its own may outlive it.
process.on('disconnect', () => void close());
// Ctrl-C goes to the whole group; the prover decides when this ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
tell({ kind: 'started', url: platform.url });
