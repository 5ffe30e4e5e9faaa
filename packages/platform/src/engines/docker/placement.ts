/**
 * Where containers run: on one plain daemon, or on the nodes of a Swarm. The engine decides what is started, followed,
 * ended and removed; a placement only knows how that is said.
 */
import type Docker from 'dockerode';
import type { ContainerRef, ContainerSpec, ServerStates, UpgradeHandler } from '../engine.ts';

export interface Placement {
  /** How long a container's daemon may be silent before the container counts as lost. */
  readonly silenceMs: number;
  /** As in `Engine`. */
  readonly hostAddress?: string;
  readonly states?: ServerStates;
  readonly upgradeHandler?: UpgradeHandler;
  servers(): readonly string[];
  /** Answers what is not running yet. */
  place(spec: ContainerSpec, image: string): Promise<PlacedContainer>;
  /** [engine-2] what this platform placed before and may run still; undefined when there is nothing. */
  find(ref: ContainerRef): Promise<PlacedContainer | undefined>;
  /** Removes what was placed, but for what is kept. What is left of it on a daemon is the engine's to remove. */
  sweep(isKept: (runId: string, attempt: number) => boolean): Promise<void>;
  /** The daemons that can be reached now. */
  daemons(): readonly Docker[];
  listen(listener: PlacementListener): void;
  /** Makes an image that was built reachable for every server. Answers its name there. */
  publish(image: string, log: (line: string) => void): Promise<string>;
  /** Before an image is removed from the daemons. */
  unpublish(image: string): Promise<void>;
  close(): Promise<void>;
}

export interface PlacementListener {
  /** A daemon can be reached from now on. */
  onDaemon(docker: Docker): void;
  /** What is on the server counts as lost, though it may be at work. */
  onServerLost(serverId: string): void;
}

export interface PlacedContainer {
  readonly ref: ContainerRef;
  readonly serverId: string;
  /** How many processors it may use. */
  readonly cores: number;
  /** Answers when its program runs. */
  run(): Promise<void>;
  /** @throws Error with `statusCode` 404 when there is none, another when its daemon cannot be reached */
  container(): Promise<Docker.Container>;
  /** Whether the server is taken away by its operator, and the container with it. */
  isTaken(): boolean;
  /** Nothing that it started is left afterwards. */
  remove(): Promise<void>;
}
