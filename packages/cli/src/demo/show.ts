/** What a demo runs its Actor on. */
export interface Show extends AsyncDisposable {
  readonly about: string;
  readonly input: object;
  /** What the Actor must know besides its input. */
  readonly environment: Readonly<Record<string, string>>;
  /** What must have one item each; undefined: what the Actor itself says that it is done with. */
  readonly subjects: readonly string[] | undefined;
  /** How many of them were asked for; undefined: nobody counts. */
  readonly servedCount: (() => number) | undefined;
}
