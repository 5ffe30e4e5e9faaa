import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApifyClient } from 'apify-client';
import { type Platform, type PlatformOptions, startPlatform } from '../src/index.ts';

/** Tests start many runs, on machines of any size. */
const plenty = 1_000_000;

export interface Fixture extends AsyncDisposable {
  readonly platform: Platform;
  readonly client: ApifyClient;
  readonly dataFolder: string;
  /** Calls the API with the platform's token. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A platform of its own in a new folder, ended with `await using`. */
export async function startFixture(options: Partial<PlatformOptions> = {}): Promise<Fixture> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(path.join(tmpdir(), 'wherry-test-')));
  const platform = await startPlatform({ token: 'test-token', memoryMbytes: plenty, ...options, dataFolder });
  return {
    platform,
    dataFolder,
    client: new ApifyClient({ baseUrl: platform.url, token: platform.token, maxRetries: 0 }),
    call: (method, url, body, headers) =>
      fetch(platform.url + url, {
        method,
        headers: {
          authorization: `Bearer ${platform.token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      await platform.close();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
