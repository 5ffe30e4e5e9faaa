/** What is done with items before they are given, as the input wants it: files, form, and the user's own function. */
import type { Video } from '@wherry/tiktok';
import { type Item, plainItem } from '../items/item.ts';
import { type DownloadedFiles, Downloads, DownloadsPaused } from './downloads.ts';
import { MapFunction, MapFunctionError } from './map-function.ts';
import type { FileKind } from './media-files.ts';
import { snakeCaseItem } from './snake-case.ts';

/** The fields of an input that change what items look like. An Actor has those of its schema. */
export interface OutputInput {
  readonly outputFormat?: 'camelCase' | 'snake_case';
  readonly customMapFunction?: string;
  readonly shouldDownloadVideos?: boolean;
  readonly shouldDownloadCovers?: boolean;
  readonly shouldDownloadSubtitles?: boolean;
  readonly videoKvStoreIdOrName?: string;
  readonly maxFileMbytes?: number;
  readonly maxDownloadMbytes?: number;
}

export class ItemOutput {
  readonly #downloads: Downloads | null;
  readonly #map: MapFunction | null;
  readonly #isSnakeCase: boolean;

  private constructor(downloads: Downloads | null, map: MapFunction | null, isSnakeCase: boolean) {
    this.#downloads = downloads;
    this.#map = map;
    this.#isSnakeCase = isSnakeCase;
  }

  /** @throws MapFunctionError if the input's function is none */
  static async open(input: OutputInput): Promise<ItemOutput> {
    const source = input.customMapFunction?.trim() ?? '';
    const map = source === '' ? null : await MapFunction.open(source);
    return new ItemOutput(await downloadsOf(input), map, input.outputFormat === 'snake_case');
  }

  /** Whether items are given as they are, which takes no time. */
  get isPlain(): boolean {
    return this.#downloads === null && this.#map === null && !this.#isSnakeCase;
  }

  /** How much longer the handling of a page may take because of its files. */
  get extraSecs(): number {
    return this.#downloads === null ? 0 : 4 * 3600;
  }

  /** The records for the dataset, in the order of the items. @throws MapFunctionError @throws DownloadsPaused */
  async form(items: readonly Item[]): Promise<Record<string, unknown>[]> {
    const files = await this.#downloads?.filesOf(items);
    const formed = items.map((item) => {
      const downloads = files?.get(item);
      const whole = downloads === undefined ? item : { ...item, ...withStoredUrl(item, downloads), downloads };
      return this.#isSnakeCase ? snakeCaseItem(whole) : plainItem(whole);
    });
    return this.#map === null ? formed : this.#map.map(formed);
  }

  async close(): Promise<void> {
    await this.#map?.close();
  }
}

/** As in the Actors that users come from, `downloadAddr` is the address of the stored video, which does not expire. */
function withStoredUrl(item: Item, { video }: DownloadedFiles): object {
  const { videoMeta } = item as Item & Pick<Video, 'videoMeta'>;
  const url = video?.url ?? null;
  return url === null ? {} : { videoMeta: { ...videoMeta, downloadAddr: url } };
}

const mbyte = 1_000_000;

async function downloadsOf(input: OutputInput): Promise<Downloads | null> {
  const { maxFileMbytes = 200, maxDownloadMbytes = 10_000 } = input;
  const kinds: readonly [FileKind, boolean | undefined][] = [
    ['video', input.shouldDownloadVideos],
    ['cover', input.shouldDownloadCovers],
    ['subtitle', input.shouldDownloadSubtitles],
  ];
  const wanted = new Set(kinds.filter(([, isWanted]) => isWanted === true).map(([kind]) => kind));
  if (wanted.size === 0) return null;
  return Downloads.open({
    wanted,
    storeIdOrName: input.videoKvStoreIdOrName?.trim() || undefined,
    maxFileBytes: maxFileMbytes * mbyte,
    maxRunBytes: maxDownloadMbytes * mbyte,
  });
}

/** Whether an error of a request handler means that the run must end, and why: a retry would end the same. */
export const fatalReasonOf = (error: unknown): string | null =>
  error instanceof MapFunctionError ? error.message : null;

/** Whether a request was left to the next attempt, which counts as no failure of it. */
export const isPause = (error: unknown): boolean => error instanceof DownloadsPaused;
