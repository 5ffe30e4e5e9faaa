/**
 * The built console in memory: it is 3 MB, and an update of the program does not change what this process serves. Only what was found
 * in the folder at the start is served, by its exact name, so no path leads out of it.
 *
 * Compressed variants, `NAME.br` and `NAME.gz`, are made when the console is built (`scripts/build-console.mjs`): to compress at the
 * start would make it longer by more than a second.
 */
import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface ConsoleFile {
  readonly contentType: string;
  /** Whether the name changes with the content. */
  readonly isHashed: boolean;
  readonly etag: string;
  readonly body: Buffer;
  readonly compressed: Readonly<Partial<Record<Encoding, Buffer>>>;
}

/** The smaller one first. */
const encodings = ['br', 'gzip'] as const;
export type Encoding = (typeof encodings)[number];
const extensionOf: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** As Vite names what it builds, `assets/index-D4pXq_1z.js`. */
const hashedName = /^assets\/.*-[\w-]{8}\.\w+$/;

export class ConsoleFiles {
  readonly #files: ReadonlyMap<string, ConsoleFile>;
  /** The page of all addresses that are no file. */
  readonly page: string;

  private constructor(files: ReadonlyMap<string, ConsoleFile>, page: string) {
    this.#files = files;
    this.page = page;
  }

  /** Undefined when no console is built in the folder. */
  static async read(folder: string): Promise<ConsoleFiles | undefined> {
    const page = await pageIn(folder);
    if (page === undefined) return undefined;
    const contents = await contentsOf(folder);
    const files = new Map<string, ConsoleFile>();
    for (const [name, body] of contents) {
      const contentType = contentTypes[path.extname(name)];
      if (contentType === undefined || name === 'index.html') continue;
      const [br, gzip] = encodings.map((each) => contents.get(name + extensionOf[each]));
      files.set(name, {
        contentType,
        isHashed: hashedName.test(name),
        etag: `"${hash('sha256', body, 'base64url')}"`,
        body,
        compressed: { ...(br && { br }), ...(gzip && { gzip }) },
      });
    }
    return new ConsoleFiles(files, page);
  }

  /** @param name the path below the folder, with slashes */
  get(name: string): ConsoleFile | undefined {
    return this.#files.get(name);
  }
}

async function pageIn(folder: string): Promise<string | undefined> {
  try {
    return await readFile(path.join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Every file of a folder by its name below it, with slashes. */
async function contentsOf(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const read = async (file: string) =>
    [path.relative(folder, file).split(path.sep).join('/'), await readFile(file)] as const;
  return new Map(await Promise.all(files.map(read)));
}

/** The best encoding that the client takes, of those that there are. Source: RFC 9110, 12.5.3. */
export function encodingFor(accepted: string | undefined, { compressed }: ConsoleFile): Encoding | undefined {
  const weights = new Map(
    (accepted ?? '').split(',').map((each) => {
      const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return [name, Number(weight)];
    }),
  );
  const takes = (name: Encoding) => (weights.get(name) ?? weights.get('*') ?? 0) > 0;
  return encodings.find((each) => compressed[each] !== undefined && takes(each));
}
