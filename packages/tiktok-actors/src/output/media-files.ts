/** The files of an item, and their keys in the store. */
import type { Video } from '@wherry/tiktok';
import type { Item } from '../items/item.ts';

export type FileKind = 'video' | 'cover' | 'subtitle';

export interface MediaFile {
  readonly kind: FileKind;
  /** The same in each attempt of a run, and in each run. */
  readonly key: string;
  /** The addresses of the same content, the best one first. */
  readonly urls: readonly string[];
  readonly language: string | null;
}

/** The wanted files of an item; none if it is not a post. A post of pictures has no video. */
export function filesOf(item: Item, wanted: ReadonlySet<FileKind>): MediaFile[] {
  if (item.type !== 'video') return [];
  const { id, mediaUrls, videoMeta } = item as Item & Video;
  const { coverUrl, originalCoverUrl, downloadAddr, subtitleLinks } = videoMeta;
  const files = [
    { kind: 'video', key: `video-${id}.mp4`, urls: present([...mediaUrls, downloadAddr]), language: null } as const,
    { kind: 'cover', key: `cover-${id}`, urls: present([coverUrl, originalCoverUrl]), language: null } as const,
    ...subtitleLinks.map(({ language, downloadLink }, index) => ({
      kind: 'subtitle' as const,
      key: `subtitle-${id}-${keyPart(language) || index}.vtt`,
      urls: present([downloadLink]),
      language,
    })),
  ];
  const byKey = new Map(files.map((file) => [file.key, file]));
  return [...byKey.values()].filter(({ kind, urls }) => wanted.has(kind) && urls.length > 0);
}

const present = (urls: readonly (string | null)[]): string[] => [
  ...new Set(urls.filter((url) => url !== null && /^https?:/.test(url)) as string[]),
];

/** Keys of records have letters, digits and a few signs. */
const keyPart = (language: string | null): string => (language ?? '').replaceAll(/[^\w-]/g, '').slice(0, 40);
