/** Paths of the outside as an author names them: `/graphql`, `/api/*`, `shop.example/search`. */
export class PathPatterns {
  readonly #patterns: readonly { readonly regExp: RegExp; readonly hasHost: boolean }[];

  /** `*` stands for any text. What does not begin with a slash begins with the host, and its port where it has one. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => ({
      regExp: new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`),
      hasHost: !pattern.startsWith('/'),
    }));
  }

  match({ host, pathname }: Pick<URL, 'host' | 'pathname'>): boolean {
    return this.#patterns.some(({ regExp, hasHost }) => regExp.test(hasHost ? `${host}${pathname}` : pathname));
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
