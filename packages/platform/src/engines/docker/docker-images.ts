import { readdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LineSplitter } from '../../logs/line-splitter.ts';
import type { ImageMaker, ImageOutcome, ImageWish } from '../engine.ts';
import { isMissing, messageOf, statusOf } from './docker-connection.ts';
import { buildLabel, ofPlatform, platformLabel } from './labels.ts';

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
  readonly #options: ImageOptions;

  constructor(docker: Docker, options: ImageOptions) {
    this.#docker = docker;
    this.#options = options;
  }

  async make(wish: ImageWish): Promise<ImageOutcome> {
    const { signal } = wish;
    signal.throwIfAborted();
    try {
      const error = await this.#build(wish);
      signal.throwIfAborted();
      return error === undefined
        ? { kind: 'made', image: this.#nameOf(wish.buildId) }
        : { kind: 'failed', message: error };
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
    await this.#remove(this.#nameOf(buildId));
  }

  async sweep(buildIds: ReadonlySet<string>): Promise<void> {
    const images = await this.#docker.listImages({ filters: ofPlatform(this.#options.platformId) });
    const left = images.filter(({ Labels }) => !buildIds.has(Labels?.[buildLabel] ?? ''));
    for (const { Id } of left) await this.#remove(Id);
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#docker.getImage(name).remove({ force: true });
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

async function readBuild(stream: Readable, log: (line: string) => void): Promise<string | undefined> {
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
