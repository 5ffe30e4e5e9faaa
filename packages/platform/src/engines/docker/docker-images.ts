import { readdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LineSplitter } from '../../logs/line-splitter.ts';
import type { ImageMaker, ImageOutcome, ImageWish } from '../engine.ts';
import { isMissing, messageOf, statusOf } from './docker-connection.ts';
import { buildLabel, ofPlatform, platformLabel } from './labels.ts';
import type { Placement } from './placement.ts';

export interface ImageOptions {
  readonly platformId: string;
  readonly buildArguments?: Readonly<Record<string, string>>;
  readonly buildNetwork?: string | undefined;
}

/** A message of the stream that a build answers with. */
interface BuildMessage {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/** Makes the images of builds, one tag for each, and removes them with their builds. */
export class DockerImages implements ImageMaker {
  readonly #docker: Docker;
  readonly #placement: Placement;
  readonly #options: ImageOptions;

  /** @param docker where images are made */
  constructor(docker: Docker, placement: Placement, options: ImageOptions) {
    this.#docker = docker;
    this.#placement = placement;
    this.#options = options;
  }

  async make(wish: ImageWish): Promise<ImageOutcome> {
    const { signal } = wish;
    signal.throwIfAborted();
    try {
      const error = await this.#build(wish);
      signal.throwIfAborted();
      if (error !== undefined) return { kind: 'failed', message: error };
      return { kind: 'made', image: await this.#placement.publish(this.#nameOf(wish.buildId), wish.log) };
    } catch (error) {
      signal.throwIfAborted();
      // What is wrong with the Dockerfile itself is told before anything is built.
      if (statusOf(error) === undefined) throw error;
      return { kind: 'failed', message: messageOf(error) };
    }
  }

  /** Answers why it failed; undefined when it did not. */
  async #build({ buildId, folder, dockerfile, buildArguments, useCache, signal, log }: ImageWish) {
    const { platformId, buildNetwork } = this.#options;
    const context = { context: folder, src: await readdir(folder) };
    const stream = await this.#docker.buildImage(context, {
      t: this.#nameOf(buildId),
      dockerfile,
      buildargs: { ...this.#options.buildArguments, ...buildArguments },
      labels: { [platformLabel]: platformId, [buildLabel]: buildId },
      nocache: !useCache,
      forcerm: true,
      // Its end breaks the connection, and with it the build.
      abortSignal: signal,
      ...(buildNetwork !== undefined && { networkmode: buildNetwork }),
    });
    return readBuild(stream as Readable, log);
  }

  async remove(buildId: string): Promise<void> {
    await this.#removeThose((label) => label === buildId);
  }

  async sweep(buildIds: ReadonlySet<string>): Promise<void> {
    await this.#removeThose((label) => !buildIds.has(label));
  }

  async #removeThose(isUnwanted: (buildId: string) => boolean): Promise<void> {
    const filters = ofPlatform(this.#options.platformId);
    const unwanted = async (daemon: Docker) =>
      (await daemon.listImages({ filters })).filter(({ Labels }) => isUnwanted(Labels?.[buildLabel] ?? ''));
    for (const { Id } of await unwanted(this.#docker)) await this.#placement.unpublish(Id);
    for (const daemon of [this.#docker, ...this.#placement.daemons()]) {
      for (const { Id } of await unwanted(daemon)) await this.#remove(daemon, Id);
    }
  }

  async #remove(daemon: Docker, name: string): Promise<void> {
    try {
      await daemon.getImage(name).remove({ force: true });
    } catch (error) {
      // 409: a container has it still; the next sweep finds it.
      if (!isMissing(error) && statusOf(error) !== 409) throw error;
    }
  }

  /** Lower case, as Docker wants it; the tag may have capitals. */
  #nameOf(buildId: string): string {
    return `wherry-${this.#options.platformId.slice(0, 8).toLowerCase()}:${buildId}`;
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
    // A part of a message could not be read.
  }, Number.POSITIVE_INFINITY);
  for await (const chunk of stream) messages.write(chunk as Buffer);
  messages.end();
  output.end();
  return failure;
}
