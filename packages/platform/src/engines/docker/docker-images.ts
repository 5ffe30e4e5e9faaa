import { readdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LineSplitter } from '../../shared/line-splitter.ts';
import type { ImageMaker, ImageOutcome, ImageRequest } from '../engine.ts';
import { isMissing, messageOf, statusOf } from './docker-connection.ts';
import { buildLabel, namePrefix, ofPlatform, platformLabel } from './labels.ts';
import type { Placement } from './placement.ts';

export interface ImageOptions {
  readonly platformId: string;
  readonly buildArguments?: Readonly<Record<string, string>>;
  readonly buildNetwork?: string | undefined;
}

/** A message of the stream that a build sends. */
interface BuildMessage {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

type IsUnwanted = (buildId: string) => boolean;

/**
 * Makes the images of builds, one tag for each.
 *
 * [image-1] an image is removed together with its build, from every daemon.
 */
export class DockerImages implements ImageMaker {
  readonly #docker: Docker;
  /** Images to remove from a daemon that was away, once it is back [image-1]. */
  readonly #removed = new Set<string>();
  /** The builds whose images the sweep kept; undefined before it. */
  #kept: ReadonlySet<string> | undefined;
  /** The builds since: no clock says which image is newer than the sweep, since clocks are set [clock-1]. */
  readonly #made = new Set<string>();
  readonly #placement: Placement;
  readonly #options: ImageOptions;

  /** @param docker where images are built */
  constructor(docker: Docker, placement: Placement, options: ImageOptions) {
    this.#docker = docker;
    this.#placement = placement;
    this.#options = options;
  }

  async make(request: ImageRequest): Promise<ImageOutcome> {
    const { signal } = request;
    signal.throwIfAborted();
    this.#made.add(request.buildId);
    try {
      const error = await this.#build(request);
      signal.throwIfAborted();
      if (error !== undefined) return { kind: 'failed', message: error };
      return { kind: 'made', image: await this.#placement.publish(this.#nameOf(request.buildId), request.log) };
    } catch (error) {
      signal.throwIfAborted();
      // Errors in the Dockerfile itself are reported before anything is built.
      if (statusOf(error) === undefined) throw error;
      return { kind: 'failed', message: messageOf(error) };
    }
  }

  /** Resolves with why it failed; with undefined when it did not. */
  async #build({ buildId, folder, dockerfile, buildArguments, useCache, signal, log }: ImageRequest) {
    const { platformId, buildNetwork } = this.#options;
    const context = { context: folder, src: await readdir(folder) };
    const stream = await this.#docker.buildImage(context, {
      t: this.#nameOf(buildId),
      dockerfile,
      buildargs: { ...this.#options.buildArguments, ...buildArguments },
      labels: { [platformLabel]: platformId, [buildLabel]: buildId },
      nocache: !useCache,
      forcerm: true,
      // Destroying it closes the connection, which ends the build.
      abortSignal: signal,
      ...(buildNetwork !== undefined && { networkmode: buildNetwork }),
    });
    return readBuild(stream as Readable, log);
  }

  async remove(buildId: string): Promise<void> {
    this.#removed.add(buildId);
    await this.#removeThose((label) => label === buildId);
  }

  async sweep(buildIds: ReadonlySet<string>): Promise<void> {
    this.#kept = buildIds;
    await this.#removeThose((label) => !buildIds.has(label));
  }

  /** [image-1] for a daemon that has become reachable. */
  async catchUp(daemon: Docker): Promise<void> {
    await this.#removeFrom(daemon, (label) => {
      const isLeft = this.#kept !== undefined && !this.#kept.has(label) && !this.#made.has(label);
      return isLeft || this.#removed.has(label);
    });
  }

  async #removeThose(isUnwanted: IsUnwanted): Promise<void> {
    for (const { Id } of await this.#imagesOf(this.#docker, isUnwanted)) await this.#placement.unpublish(Id);
    for (const daemon of [this.#docker, ...this.#placement.daemons()]) await this.#removeFrom(daemon, isUnwanted);
  }

  async #removeFrom(daemon: Docker, isUnwanted: IsUnwanted): Promise<void> {
    for (const { Id } of await this.#imagesOf(daemon, isUnwanted)) await this.#remove(daemon, Id);
  }

  async #imagesOf(daemon: Docker, isUnwanted: IsUnwanted): Promise<Docker.ImageInfo[]> {
    const images = await daemon.listImages({ filters: ofPlatform(this.#options.platformId) });
    return images.filter(({ Labels }) => isUnwanted(Labels?.[buildLabel] ?? ''));
  }

  async #remove(daemon: Docker, name: string): Promise<void> {
    try {
      await daemon.getImage(name).remove({ force: true });
    } catch (error) {
      // 409: a container still uses it; the next sweep removes it.
      if (!isMissing(error) && statusOf(error) !== 409) throw error;
    }
  }

  /** In lower case, as Docker requires; the tag may have capitals. */
  #nameOf(buildId: string): string {
    return `${namePrefix(this.#options.platformId).toLowerCase()}:${buildId}`;
  }
}

export async function readBuild(stream: Readable, log: (line: string) => void): Promise<string | undefined> {
  let failure: string | undefined;
  const output = new LineSplitter(log);
  const messages = new LineSplitter((line) => {
    const { stream: text, status, error } = JSON.parse(line) as BuildMessage;
    if (text !== undefined) output.write(Buffer.from(text));
    else if (status !== undefined) log(status);
    failure ??= error;
    // An incomplete message.
  }, Number.POSITIVE_INFINITY);
  for await (const chunk of stream) messages.write(chunk as Buffer);
  messages.end();
  output.end();
  return failure;
}
