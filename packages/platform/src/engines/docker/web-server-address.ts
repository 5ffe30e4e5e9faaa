import type Docker from 'dockerode';
import { portIn } from '../web-server-port.ts';

/** Where a container's web server listens, as the machine of its daemon reaches it. */
export interface WebServerAddress {
  readonly host: string;
  readonly port: number;
}

/** @throws Error when the container has no address, since it does not run */
export async function webServerAddressOf(container: Docker.Container): Promise<WebServerAddress> {
  const { NetworkSettings, Config } = await container.inspect();
  const host = Object.values(NetworkSettings.Networks).find(({ IPAddress }) => IPAddress)?.IPAddress;
  if (host === undefined) throw new Error('the container does not run, so its web server has no address');
  const env = Object.fromEntries(
    Config.Env.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );
  return { host, port: portIn(env) };
}
