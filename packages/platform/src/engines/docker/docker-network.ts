import type Docker from 'dockerode';
import { messageOf, statusOf } from './docker-connection.ts';
import { namePrefix, ofPlatform, platformLabel } from './labels.ts';

export interface OwnNetwork {
  readonly id: string;
  /** The address of the daemon's machine on it. */
  readonly gateway: string;
}

/**
 * The network that a platform's containers are on, made when it is not there yet. The daemon lets its containers reach
 * what the machine reaches, but not each other (I3).
 */
export async function ensureNetwork(docker: Docker, platformId: string): Promise<OwnNetwork> {
  const name = namePrefix(platformId);
  const [known] = await docker.listNetworks({ filters: { ...ofPlatform(platformId), name: [`^${name}$`] } });
  const network = known === undefined ? await create(docker, name, platformId) : docker.getNetwork(known.Id);
  const { Id, IPAM } = (await network.inspect()) as Docker.NetworkInspectInfo;
  const gateway = IPAM?.Config?.[0]?.Gateway;
  if (gateway === undefined) throw new Error(`The network ${name} has no gateway. Remove it, and start again.`);
  return { id: Id, gateway: gateway.replace(/\/\d+$/, '') };
}

async function create(docker: Docker, name: string, platformId: string): Promise<Docker.Network> {
  try {
    return await docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: { [platformLabel]: platformId },
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
    });
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    throw new Error(`Docker could not make the network ${name}: ${messageOf(error)}`);
  }
}
