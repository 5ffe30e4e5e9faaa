/** What starts and stops containers on servers. `test/engine-contract.ts` runs over every engine. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The engine's own name for a container, as plain data that is kept in the database. */
export type ContainerRef = Readonly<Record<string, string | number>>;

/** What a build has made: files in which a command is started, or an image that knows its command. */
export type Program =
  | {
      readonly kind: 'folder';
      readonly folder: string;
      readonly command: { readonly file: string; readonly args: readonly string[] };
    }
  | { readonly kind: 'image'; readonly image: string };

export interface ContainerSpec {
  readonly runId: string;
  readonly attempt: number;
  readonly serverId: string;
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
  /** What it may take, where the engine can limit it. */
  readonly memoryMbytes: number;
  readonly diskMbytes: number;
}

export interface Telemetry {
  readonly memCurrentBytes: number;
  /** Share of one core, 1 for all of it. */
  readonly cpuCurrentUsage: number;
  /** Whether it wanted more of the processors than it may have; absent where there is no limit. */
  readonly isCpuOverloaded?: boolean;
}

/** Why a container ended, where that says more than its exit code. */
export type ExitCause = 'outOfMemory' | 'diskFull';

export type ContainerEvent =
  | {
      readonly kind: 'output';
      readonly runId: string;
      readonly attempt: number;
      readonly text: string;
      /** When it was written, where the engine knows it: that is what a log is read on by [engine-4]. */
      readonly atMs?: number;
    }
  | {
      readonly kind: 'exited';
      readonly runId: string;
      readonly attempt: number;
      readonly exitCode: number;
      readonly cause?: ExitCause;
    }
  /** Its server is gone, and it may still be at work there. */
  | { readonly kind: 'lost'; readonly runId: string; readonly attempt: number }
  | { readonly kind: 'telemetry'; readonly runId: string; readonly attempt: number; readonly telemetry: Telemetry };

/** What it answers, if anything, is when more output can be taken: until then it is better left where it is. */
export type ContainerListener = (event: ContainerEvent) => Promise<void> | undefined | void;

export interface Engine {
  readonly name: string;
  servers(): readonly string[];
  /** Where the container's events go. Set once, before anything is started. */
  listen(listener: ContainerListener): void;
  /**
   * [engine-1] the program runs only after `record` has stored the reference, so a crash of the platform leaves no container
   * that the next start does not know of.
   */
  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void>;
  /** Ends the container with all that it started, at once. Its exit comes as an event. */
  kill(runId: string, attempt: number): void;
  /** [engine-2] ends what a former platform process started, if it is still there and still the same. */
  killOrphan(ref: ContainerRef): Promise<void>;
  /** Without it, all servers are there and open for as long as the engine is, but for those drained by the platform. */
  readonly states?: ServerStates;
  /** What comes to the API for the engine itself. */
  readonly upgradeHandler?: UpgradeHandler;
  /** Without it, containers end with the engine. */
  readonly reattachment?: Reattachment;
  /** What makes images of sources. Without it, builds make folders. */
  readonly images?: ImageMaker;
  /** An address of this machine that containers reach. Without it, they are on this machine's own network. */
  readonly hostAddress?: string;
  /** Answers when nothing that it does is under way. */
  close(): Promise<void>;
}

/** `open`: takes attempts. `closed`: takes no more. `lost`: it cannot be reached. */
export type ServerState = 'open' | 'closed' | 'lost';

/** For engines whose servers come, go and change by their operators' hands too. What they say is kept by them. */
export interface ServerStates {
  stateOf(serverId: string): ServerState;
  /** Lets nothing come to a server any more, or opens it again. */
  close(serverId: string): Promise<void>;
  open(serverId: string): Promise<void>;
  /** Lets the operator take a closed server away. */
  release(serverId: string): Promise<void>;
  /** What works on, but is to be ended soon: its server is taken away. */
  evicting(): readonly { readonly runId: string; readonly attempt: number }[];
  /** Called after each change. Set once. */
  onChange(listener: () => void): void;
  /** Answers once the servers that are there can be used, or that takes too long; the API answers by then. */
  ready(): Promise<void>;
}

/** For engines whose own programs on the servers call the platform. */
export interface UpgradeHandler {
  /** Takes a connection that asks for another protocol, or answers false when it is not for the engine. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** The end of an attempt's log, by which it is found out how much of a container's output is in it. */
export interface LoggedOutput {
  /** All output that was written before is in the log, in ms since 1970. */
  readonly sinceMs: number;
  /** Whether a line is in the log, once for each time that it is there. */
  take(atMs: number, text: string): boolean;
}

/** For engines whose containers work on while no platform process is there. */
export interface Reattachment {
  /**
   * [engine-3] takes a container that a former platform process started over: it is followed as if this one had started it.
   * One that ended meanwhile tells its end as an event. Answers whether it could; if not, it never runs any more.
   * [engine-4] its output goes on after what is in the log, no line lost or doubled.
   */
  reattach(container: { runId: string; attempt: number; ref: ContainerRef }, logged: LoggedOutput): Promise<boolean>;
  /** [engine-5] what is left of a container is removed only now, when its end is stored. */
  release(runId: string, attempt: number): void;
  /** Ends and removes what this platform started, but for these. For the start. */
  sweep(kept: readonly { readonly runId: string; readonly attempt: number }[]): Promise<void>;
}

export interface ImageRequest {
  readonly buildId: string;
  /** The source, and in it, by its relative path, the file that tells how the image is made. */
  readonly folder: string;
  readonly dockerfile: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly useCache: boolean;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export type ImageOutcome =
  | { readonly kind: 'made'; readonly image: string }
  /** What its author has to mend. */
  | { readonly kind: 'failed'; readonly message: string };

export interface ImageMaker {
  /** @throws the signal's reason when it was aborted */
  make(request: ImageRequest): Promise<ImageOutcome>;
  remove(buildId: string): Promise<void>;
  /** Removes the images of all builds but these. For the start. */
  sweep(buildIds: ReadonlySet<string>): Promise<void>;
}
