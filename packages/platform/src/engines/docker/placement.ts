/**
 * Where containers run: on one plain daemon or on the nodes of a Swarm. The engine decides what is started, followed,
 * ended and removed; a placement only carries it out.
 */
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerRef, ContainerSpec, ServerCapacity, ServerStates, UpgradeHandler } from '../engine.ts';
import type { WebServerAddress } from './web-server-address.ts';

export interface Placement {
  /** How long a container's daemon may be silent before the container counts as lost. */
  readonly silenceMs: number;
  /** As in `Engine`. */
  readonly hostAddress?: string;
  readonly states?: ServerStates;
  readonly upgradeHandler?: UpgradeHandler;
  servers(): readonly string[];
  /** The last known values of a server that is gone. */
  capacityOf(serverId: string): ServerCapacity;
  /** Resolves with a container that does not run yet. */
  place(spec: ContainerSpec, image: string): Promise<PlacedContainer>;
  /** [engine-2] a container that this platform placed earlier and that may still run; undefined when there is none. */
  find(ref: ContainerRef): Promise<PlacedContainer | undefined>;
  /** Removes what was placed, except what is kept. The engine removes what is left of it on a daemon. */
  sweep(isKept: (runId: string, attempt: number) => boolean): Promise<void>;
  /** The daemons that are reachable now. */
  daemons(): readonly Docker[];
  listen(listener: PlacementListener): void;
  /** Makes a built image available to every server. Resolves with its name there. */
  publish(image: string, log: (line: string) => void): Promise<string>;
  /** Called before an image is removed from the daemons. */
  unpublish(image: string): Promise<void>;
  close(): Promise<void>;
}

export interface PlacementListener {
  /** Called when a daemon has become reachable. */
  onDaemon(docker: Docker): void;
  /** Called when the containers of a server count as lost, though they may still work. */
  onServerLost(serverId: string): void;
}

export interface PlacedContainer {
  readonly ref: ContainerRef;
  readonly serverId: string;
  /** The number of processors that it may use. */
  readonly cores: number;
  /** Resolves when its program runs. */
  run(): Promise<void>;
  /** @throws Error with `statusCode` 404 when there is none, another when its daemon cannot be reached */
  container(): Promise<Docker.Container>;
  /** Connects to an address of the server's own network. @throws Error when nothing listens there */
  connect(address: WebServerAddress): Promise<Duplex>;
  /** Whether the operator removes the server, and with it the container. */
  isTaken(): boolean;
  /** No process that it started is left afterwards. */
  remove(): Promise<void>;
}
