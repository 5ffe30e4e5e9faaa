/** A response of the site as an HTTP client or a browser received it. */
export interface Captured {
  /** The URL of the response, after redirects. */
  readonly url: string;
  readonly statusCode: number;
  readonly body: string;
}
