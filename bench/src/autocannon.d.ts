/** What this package uses of autocannon, which comes without types. */
declare module 'autocannon' {
  export interface Options {
    readonly url: string;
    readonly method: 'GET' | 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly connections: number;
    /** Threads that send, beside the caller's. */
    readonly workers?: number;
    /** In seconds. */
    readonly duration: number;
  }

  export interface Result {
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    /** In seconds. */
    readonly duration: number;
    /** Of responses, in ms. */
    readonly latency: { readonly max: number };
  }

  export default function autocannon(options: Options): Promise<Result> & { stop(): void };
}
