/** One answer of the site as an HTTP client or a browser received it. */
export interface Captured {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly statusCode: number;
  readonly body: string;
}
