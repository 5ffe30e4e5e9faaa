/**
 * The interface to what starts and stops containers on servers. `test/engine-contract.ts` runs over every engine. The
 * folder of an engine may import from `shared/` and this file, and nothing of the domain.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The engine's own reference to a container: plain data that is stored in the database. */
export type ContainerRef = Readonly<Record<string, string | number>>;

/** The result of a build: a folder in which a command is started, or an image that has its command. */
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
  /** Limits, for engines that can enforce them. */
  readonly memoryMbytes: number;
  readonly diskMbytes: number;
}

export interface Telemetry {
  readonly memCurrentBytes: number;
  /** Share of one core; 1 is all of it. */
  readonly cpuCurrentUsage: number;
  /** Whether it would use more processor time than its limit; absent where there is no limit. */
  readonly isCpuOverloaded?: boolean;
}

/** Why a container ended, when that says more than its exit code. */
export type ExitCause = 'outOfMemory' | 'diskFull';

export type ContainerEvent =
  | {
      readonly kind: 'output';
      readonly runId: string;
      readonly attempt: number;
      readonly text: string;
      /** When it was written, if the engine knows it; a reattached log continues from there [engine-4]. */
      readonly atMs?: number;
    }
  | {
      readonly kind: 'exited';
      readonly runId: string;
      readonly attempt: number;
      readonly exitCode: number;
      readonly cause?: ExitCause;
    }
  /** Its server is gone; the container may still work there. */
  | { readonly kind: 'lost'; readonly runId: string; readonly attempt: number }
  | { readonly kind: 'telemetry'; readonly runId: string; readonly attempt: number; readonly telemetry: Telemetry };

/** A promise that it returns resolves when more output can be taken; until then the engine should not read more. */
export type ContainerListener = (event: ContainerEvent) => Promise<void> | undefined | void;

export interface Engine {
  readonly name: string;
  servers(): readonly string[];
  /** Without it, a server holds any number of runs. */
  capacityOf?(serverId: string): ServerCapacity;
  /** Sets the listener for the events of containers; once, before anything is started. */
  listen(listener: ContainerListener): void;
  /**
   * [engine-1] the program runs only after `record` has stored the reference, so a crash of the platform leaves no container
   * that the next start does not know.
   * [engine-6] when it fails by a fault of the platform (`shared/platform-fault.ts`), and not in `record`, nothing of the
   * container is left and nothing more is told of it: the same attempt may be started again.
   */
  start(spec: ContainerSpec, record: (ref: ContainerRef) => Promise<void>): Promise<void>;
  /** Kills the container with all its processes. Its exit is reported as an event. */
  kill(runId: string, attempt: number): void;
  /**
   * Asks the program to end, with SIGTERM, as Apify does before it kills a Standby run. Its exit is reported as an event.
   * Without it, the program is only killed.
   */
  stop?(runId: string, attempt: number): void;
  /**
   * [engine-7] connects to the web server of an attempt that it has started or reattached, and of no other.
   * @throws Error while nothing listens there, and when there is no such attempt
   */
  connect?(runId: string, attempt: number): Promise<Duplex>;
  /**
   * [engine-2] kills a container that an earlier platform process started, if it still exists and is still the same.
   */
  killOrphan(ref: ContainerRef): Promise<void>;
  /** Without it, every server exists and is open as long as the engine, except those that the platform drains. */
  readonly states?: ServerStates;
  /** Handles connections to the API that are for the engine itself. */
  readonly upgradeHandler?: UpgradeHandler;
  /** Without it, containers end with the engine. */
  readonly reattachment?: Reattachment;
  /** Builds images from sources. Without it, builds make folders. */
  readonly images?: ImageMaker;
  /** An address of this machine that containers reach. Without it, they use this machine's own network. */
  readonly hostAddress?: string;
  /** Resolves when it can be asked to start containers, for `/health`. Without it, it always can. @throws why it cannot */
  check?(): Promise<void>;
  /** Resolves when none of its work is in progress. */
  close(): Promise<void>;
}

/** What a server has for all of its attempts. */
export interface ServerCapacity {
  /** Servers with the same name share what is told here. */
  readonly machine: string;
  readonly memoryMbytes: number;
  readonly cores: number;
}

/** `open`: takes attempts. `closed`: takes no more. `lost`: it cannot be reached. */
export type ServerState = 'open' | 'closed' | 'lost';

/** For engines whose servers are also added, removed and drained by their operators. The engine stores that state. */
export interface ServerStates {
  stateOf(serverId: string): ServerState;
  /** Closes a server for new containers, or opens it again. */
  close(serverId: string): Promise<void>;
  open(serverId: string): Promise<void>;
  /** Allows the operator to remove a closed server. */
  release(serverId: string): Promise<void>;
  /** Attempts that still work but will be ended soon, because their server is drained. */
  evicting(): readonly { readonly runId: string; readonly attempt: number }[];
  /** Called after each change. Set once. */
  onChange(listener: () => void): void;
  /** Resolves once the existing servers can be used, or that takes too long. The API listens by then. */
  ready(): Promise<void>;
}

/** For engines whose own programs on the servers call the platform. */
export interface UpgradeHandler {
  /** Accepts a connection that asks for another protocol; returns false when it is not for the engine. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** The end of an attempt's log, which tells how much of a container's output is in it. */
export interface LoggedOutput {
  /** All output that was written before is in the log, in ms since 1970. */
  readonly sinceMs: number;
  /** Whether a line is in the log; true once for each time that it occurs. */
  take(atMs: number, text: string): boolean;
}

/** For engines whose containers keep working while no platform process runs. */
export interface Reattachment {
  /**
   * [engine-3] follows a container that an earlier platform process started as if this one had started it. The end of one
   * that ended meanwhile is reported as an event. Resolves with false when the container will never run again.
   * [engine-4] its output continues after what is in the log, with no line lost or repeated.
   */
  reattach(container: { runId: string; attempt: number; ref: ContainerRef }, logged: LoggedOutput): Promise<boolean>;
  /**
   * [engine-5] removes what is left of a container; only once its end is stored.
   */
  release(runId: string, attempt: number): void;
  /** Ends and removes what this platform started, except these. For the start. */
  sweep(kept: readonly { readonly runId: string; readonly attempt: number }[]): Promise<void>;
}

export interface ImageRequest {
  readonly buildId: string;
  /** The source, and the relative path of the Dockerfile in it. */
  readonly folder: string;
  readonly dockerfile: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly useCache: boolean;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export type ImageOutcome =
  | { readonly kind: 'made'; readonly image: string }
  /** An error that the author of the Actor has to correct. */
  | { readonly kind: 'failed'; readonly message: string };

export interface ImageMaker {
  /** @throws the reason of the signal when it is aborted */
  make(request: ImageRequest): Promise<ImageOutcome>;
  remove(buildId: string): Promise<void>;
  /** Removes the images of all builds except these. For the start. */
  sweep(buildIds: ReadonlySet<string>): Promise<void>;
}
