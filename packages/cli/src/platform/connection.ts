/** The folder `platform` has the clients of a running platform. */
import { ApifyClient } from 'apify-client';
import { badUsage, isNetworkError, notReachable } from '../failure.ts';
import { type ConnectionFlags, connectionSettings } from '../settings.ts';
import { readToken } from './token.ts';
import { WherryApi } from './wherry-api.ts';

/** A platform as a command uses it: through Apify's API and through Wherry's own. */
export interface Connection {
  readonly url: string;
  readonly apify: ApifyClient;
  readonly wherry: WherryApi;
}

export function connect(url: string, token: string): Connection {
  return {
    url,
    // A waiting user wants to know at once what failed, and a repeated start of a run would start two.
    apify: new ApifyClient({ baseUrl: url, token, maxRetries: 0 }),
    wherry: new WherryApi(url, token),
  };
}

/** Calls `act` with the platform that the flags and the environment name. */
export async function withPlatform(
  flags: ConnectionFlags,
  act: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await connectionOf(flags);
  try {
    await act(connection);
  } catch (error) {
    throw isNetworkError(error) ? notReachable(connection.url, error) : error;
  }
}

async function connectionOf(flags: ConnectionFlags): Promise<Connection> {
  const { url, token, tokenFolder } = connectionSettings(flags);
  const known = token ?? (await readToken(tokenFolder));
  if (known === undefined) {
    throw badUsage(`No token: there is none in ${tokenFolder}/token. Pass --token, or set WHERRY_TOKEN.`);
  }
  return connect(url, known);
}
