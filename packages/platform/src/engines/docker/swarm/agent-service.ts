import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { messageOf, statusOf, unlessMissing } from '../docker-connection.ts';
import { readBuild } from '../docker-images.ts';
import { namePrefix, platformLabel } from '../labels.ts';
import type { Registry } from './registry.ts';
import { SwarmNotReady } from './swarm-options.ts';

const folder = fileURLToPath(new URL('../agent', import.meta.url));
const files = ['Dockerfile', 'agent-program.ts'];
/** A label that identifies what the service was created from. */
const sourceLabel = 'wherry.agent';
const socket = '/var/run/docker.sock';
const nanoOfSecond = 1e9;
/** An agent that is told to stop ends by itself, once the node has no container of the platform [agent-2]. */
const stopGraceSecs = 24 * 3600;

export interface AgentOptions {
  readonly platformId: string;
  readonly advertisedUrl: string;
  readonly agentToken: string;
  readonly registry: Registry;
  readonly buildNetwork?: string | undefined;
  readonly note: (text: string) => void;
}

/** Runs an agent on each node, also on those that join later: a service of the Swarm, the same at each start. */
export async function ensureAgents(docker: Docker, wanted: AgentOptions): Promise<void> {
  const { platformId, advertisedUrl, agentToken } = wanted;
  const sources = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
  const version = digest(...sources);
  const source = digest(version, advertisedUrl, agentToken);
  const name = `${namePrefix(platformId)}-agent`;
  const known = await unlessMissing(docker.getService(name).inspect());
  if (known?.Spec.Labels?.[sourceLabel] === source) return;
  wanted.note('Making the program that stands for Wherry on each node of the Swarm…');
  const image = await makeImage(docker, version, wanted);
  const secret = await ensureSecret(docker, `${name}-${digest(agentToken)}`, wanted);
  const options = serviceOptions(name, { ...wanted, image, secret, source });
  const login = (await wanted.registry.login()) as Docker.AuthConfig;
  if (known === undefined) await docker.createService(login, options);
  else await docker.getService(name).update(login, newSpec(known.Version!.Index, options) as never);
}

/** What the client sends in the URL and what in the body. */
const newSpec = (version: number | undefined, spec: object) => ({ _query: { version }, _body: spec });

const digest = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 12);
};

async function makeImage(docker: Docker, version: string, { registry, buildNetwork }: AgentOptions): Promise<string> {
  const tag = `wherry-agent:${version}`;
  const stream = await docker.buildImage(
    { context: folder, src: files },
    { t: tag, ...(buildNetwork !== undefined && { networkmode: buildNetwork }) },
  );
  const failure = await readBuild(stream as Readable, () => undefined);
  if (failure !== undefined) throw new SwarmNotReady(`The image of Wherry's agent could not be made: ${failure}`);
  return registry
    .push(tag, () => undefined)
    .catch((error: Error) => {
      throw new SwarmNotReady(error.message);
    });
}

async function ensureSecret(docker: Docker, name: string, { agentToken, platformId }: AgentOptions) {
  try {
    await docker.createSecret({
      Name: name,
      Data: Buffer.from(agentToken).toString('base64'),
      Labels: { [platformLabel]: platformId },
    });
  } catch (error) {
    // It exists already: its name identifies its content.
    if (statusOf(error) !== 409) throw new Error(messageOf(error));
  }
  const [secret] = await docker.listSecrets({ filters: { name: [name] } });
  return { id: secret!.ID, name };
}

interface ServiceParts extends AgentOptions {
  readonly image: string;
  readonly secret: { readonly id: string; readonly name: string };
  readonly source: string;
}

function serviceOptions(name: string, parts: ServiceParts): Docker.CreateServiceOptions {
  const { platformId, advertisedUrl, image, secret, source } = parts;
  return {
    Name: name,
    Labels: { [platformLabel]: platformId, [sourceLabel]: source },
    Mode: { Global: {} },
    UpdateConfig: { Parallelism: 0, Order: 'stop-first' },
    TaskTemplate: {
      RestartPolicy: { Condition: 'any', Delay: nanoOfSecond },
      // Swarm's own name for the network of the node.
      Networks: [{ Target: 'host' }],
      ContainerSpec: {
        Image: image,
        Env: [`WHERRY_URL=${advertisedUrl}`, 'WHERRY_NODE={{.Node.ID}}', `WHERRY_PLATFORM=${platformId}`],
        Mounts: [{ Type: 'bind', Source: socket, Target: socket }],
        Secrets: [
          {
            File: { Name: 'wherry-agent', UID: '0', GID: '0', Mode: 0o400 },
            SecretID: secret.id,
            SecretName: secret.name,
          },
        ],
        Init: true,
        StopSignal: 'SIGCONT',
        StopGracePeriod: stopGraceSecs * nanoOfSecond,
      },
    },
  } as Docker.CreateServiceOptions;
}
