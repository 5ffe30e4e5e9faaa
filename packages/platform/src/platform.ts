import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import pino, { type Logger } from 'pino';
import { ensureUser } from './accounts/tokens.ts';
import { Builder } from './builds/builder.ts';
import { InputSecrets } from './builds/input-secrets.ts';
import { systemClock } from './clock.ts';
import { SqliteDatabase } from './database/sqlite-database.ts';
import { createApp, type Gate } from './http/app.ts';
import { Authenticator, hashToken } from './http/authentication.ts';
import { registerRoutes } from './http/routes.ts';
import type { ActorServices } from './http/services.ts';
import { newId } from './ids.ts';
import { LogStore } from './logs/log-store.ts';
import { RequestsInHand } from './runs/requests-in-hand.ts';
import { FileStore } from './storages/file-store.ts';

export interface PlatformOptions {
  /** Everything that must last is in this folder; it is created when missing. */
  readonly dataFolder: string;
  readonly token: string;
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  /** How many local servers (slots of the process engine) there are. */
  readonly servers?: number;
  /** A build that takes longer is ended TIMED-OUT. 30 minutes unless set. */
  readonly buildTimeoutSecs?: number;
  readonly logger?: Logger;
}

export interface Platform {
  /** Where the API answers, e.g. `http://127.0.0.1:8010`. */
  readonly url: string;
  readonly token: string;
  /** Hands every run off to the next start, ends all that it started, closes the database. */
  close(): Promise<void>;
}

const openGate: Gate = { enter: async () => undefined, leave: () => undefined };

/** Starts a platform and answers when its API does. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { dataFolder, token, host = '127.0.0.1', port = 0 } = options;
  const logger = options.logger ?? pino({ level: 'silent' });
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const database = SqliteDatabase.open(path.join(dataFolder, 'wherry.sqlite'), systemClock);
  await database.write(
    ensureUser,
    { userId: newId(), username: 'wherry', tokenHash: hashToken(token) },
    { kind: 'platform' },
  );
  const app = createApp({ authenticator: new Authenticator(database), gate: openGate, logger });
  const logs = await LogStore.open(path.join(dataFolder, 'logs'));
  const publicUrl = `http://${host}:${port}`;
  const builder = new Builder({
    ...{ database, logs, logger, dataFolder, token, publicUrl },
    clock: systemClock,
    environment: process.env,
    ...(options.buildTimeoutSecs !== undefined && { timeoutSecs: options.buildTimeoutSecs }),
  });
  const services: ActorServices = {
    database,
    files: new FileStore(path.join(dataFolder, 'blobs')),
    logs,
    builder,
    inputSecrets: new InputSecrets(path.join(dataFolder, 'input-secrets.json')),
    requestsInHand: new RequestsInHand(),
    clock: systemClock,
    publicUrl,
  };
  registerRoutes(app, services);
  const url = await app.listen({ host, port });
  await builder.start(url);
  return {
    url,
    token,
    async close() {
      await builder.close();
      await logs.close();
      await app.close();
      await database.close();
    },
  };
}
