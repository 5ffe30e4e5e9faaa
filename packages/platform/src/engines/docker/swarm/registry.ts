import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LineSplitter } from '../../../shared/line-splitter.ts';
import { messageOf } from '../docker-connection.ts';

interface PushMessage {
  readonly status?: string;
  readonly error?: string;
  readonly aux?: { readonly Digest?: string };
}

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

/** The registry from which the nodes of a Swarm pull images. */
export class Registry {
  /** `host`, `host:port`, or one of these with a path. */
  readonly #place: string;
  readonly #docker: Docker;
  readonly #configFolder: string;
  /** By their names on the daemon. */
  readonly #pushed = new Map<string, Promise<string>>();

  /** `configFolder`: where `docker login` keeps what it was told; undefined for Docker's usual one of this user. */
  constructor(docker: Docker, place: string, configFolder = path.join(homedir(), '.docker')) {
    this.#docker = docker;
    this.#configFolder = configFolder;
    this.#place = place.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  }

  /**
   * Pushes an image of the daemon. Resolves with its name by digest, which no later push changes.
   * @throws Error with the message of the registry
   */
  async push(image: string, log: (line: string) => void): Promise<string> {
    const [repository = image, tag = 'latest'] = image.split(':');
    const repo = `${this.#place}/${repository}`;
    log(`Pushing it to ${repo}`);
    try {
      await this.#docker.getImage(image).tag({ repo, tag });
      const login = await this.login();
      const options = { tag, ...(login && { authconfig: login }) };
      const digest = await digestOf((await this.#docker.getImage(repo).push(options)) as unknown as Readable);
      return `${repo}@${digest}`;
    } catch (error) {
      throw new Error(
        `The registry ${this.#place} did not take the image: ${messageOf(error)}. ` +
          'See that it is there, that `docker login` was done for it, and that each daemon trusts it: one without TLS ' +
          'has to be among the `insecure-registries` of its daemon.json.',
      );
    }
  }

  /**
   * The name of a build's image for every node. An image that was built before the daemon joined a Swarm is pushed now.
   * @throws Error with the status 404 when the daemon no longer has it
   */
  async nameOf(image: string): Promise<string> {
    if (image.includes('@')) return image;
    await this.#docker.getImage(image).inspect();
    const pushed = this.#pushed.get(image) ?? this.push(image, () => undefined);
    this.#pushed.set(image, pushed);
    try {
      return await pushed;
    } catch (error) {
      this.#pushed.delete(image);
      // The run fails with the registry's message, so that it is not tried again for ever.
      throw Object.assign(error as Error, { statusCode: 502 });
    }
  }

  /** The credentials that `docker login` stored in this user's `config.json`; undefined when there are none. */
  async login(): Promise<RegistryLogin | undefined> {
    const host = this.#place.split('/')[0]!;
    try {
      const { auths } = JSON.parse(await readFile(path.join(this.#configFolder, 'config.json'), 'utf8')) as {
        auths?: Record<string, { auth?: string }>;
      };
      const [username, ...password] = Buffer.from(auths?.[host]?.auth ?? '', 'base64')
        .toString()
        .split(':');
      return username ? { username, password: password.join(':'), serveraddress: host } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Asks the registry to delete an image of the daemon. Many registries do not support that and keep it. */
  async forget(image: string): Promise<void> {
    const { RepoDigests = [] } = await this.#docker.getImage(image).inspect();
    const login = await this.login();
    const headers: Record<string, string> = login
      ? { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` }
      : {};
    for (const name of RepoDigests.filter((each) => each.startsWith(`${this.#place}/`))) {
      const [, host, repository, digest] = /^([^/]+)\/(.+)@(.+)$/.exec(name)!;
      const ask = (protocol: string) =>
        fetch(`${protocol}://${host}/v2/${repository}/manifests/${digest}`, { method: 'DELETE', headers });
      await ask('https').catch(() => ask('http').catch(() => undefined));
    }
  }
}

async function digestOf(stream: Readable): Promise<string> {
  let digest: string | undefined;
  let failure: string | undefined;
  const messages = new LineSplitter((line) => {
    const { error, aux } = JSON.parse(line) as PushMessage;
    failure ??= error;
    digest = aux?.Digest ?? digest;
  }, Number.POSITIVE_INFINITY);
  for await (const chunk of stream) messages.write(chunk as Buffer);
  messages.end();
  if (failure !== undefined || digest === undefined) throw new Error(failure ?? 'it named no digest');
  return digest;
}
