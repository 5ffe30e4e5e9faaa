/** What starts and stops containers on servers. `test/engine-contract.ts` runs over every engine. */

/** The engine's own name for a container, as plain data that is kept in the database. */
export type ContainerRef = Readonly<Record<string, string | number>>;

export interface ContainerSpec {
  readonly runId: string;
  readonly attempt: number;
  readonly serverId: string;
  /** Where the build's files are. */
  readonly buildFolder: string;
  readonly command: { readonly file: string; readonly args: readonly string[] };
  readonly env: Readonly<Record<string, string>>;
}

export interface Telemetry {
  readonly memCurrentBytes: number;
  /** Share of one core, 1 for all of it. */
  readonly cpuCurrentUsage: number;
}

export type ContainerEvent =
  | { readonly kind: 'output'; readonly runId: string; readonly attempt: number; readonly text: string }
  | { readonly kind: 'exited'; readonly runId: string; readonly attempt: number; readonly exitCode: number }
  /** Its server is gone, and it may still be at work there. */
  | { readonly kind: 'lost'; readonly runId: string; readonly attempt: number }
  | { readonly kind: 'telemetry'; readonly runId: string; readonly attempt: number; readonly telemetry: Telemetry };

export interface Engine {
  readonly name: string;
  servers(): readonly string[];
  /** Where the container's events go. Set once, before anything is started. */
  listen(listener: (event: ContainerEvent) => void): void;
  /**
   * E1: the program runs only after `record` has stored the reference, so a crash of the platform leaves no container
   * that the next start does not know of.
   */
  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void>;
  /** Ends the container with all that it started, at once. Its exit comes as an event. */
  kill(runId: string, attempt: number): void;
  /** E2: ends what a former platform process started, if it is still there and still the same. */
  killLeftover(ref: ContainerRef): Promise<void>;
  close(): Promise<void>;
}
