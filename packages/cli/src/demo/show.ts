/** What a demo runs its Actor on. */
export interface Show extends AsyncDisposable {
  readonly about: string;
  readonly input: object;
  /** Further variables of the Actor's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The pages or profiles that must have one item each; undefined: those that the Actor has marked as handled. */
  readonly subjects: readonly string[] | undefined;
  /** How many of them were requested from the site; undefined if that is unknown. */
  readonly servedCount: (() => number) | undefined;
}
