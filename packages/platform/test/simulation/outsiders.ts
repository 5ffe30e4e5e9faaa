import { isOver } from '../../src/runs/state/run-state.ts';
import type { World } from './world.ts';

export type Deed = (world: World, runId: string) => void;

const migrate =
  (mode: 'warm' | 'cold' | 'lost'): Deed =>
  ({ platform }, runId) =>
    platform.ask(`migrate ${runId} ${mode}`, (supervisor) => supervisor.migrate(runId, { mode }, { kind: 'platform' }));

const abort =
  (graceMs: number): Deed =>
  ({ platform }, runId) =>
    platform.ask(`abort ${runId} in ${graceMs} ms`, (supervisor) =>
      supervisor.change(runId, { kind: 'abort', graceMs }, { kind: 'platform' }),
    );

const reboot: Deed = ({ platform }, runId) =>
  platform.ask(`reboot ${runId}`, (supervisor) => supervisor.reboot(runId, { kind: 'platform' }));

export const say: Deed = ({ platform }, runId) => {
  const change = { kind: 'setStatusMessage', message: 'hello', isTerminal: false } as const;
  platform.ask(`status message of ${runId}`, (supervisor) => supervisor.change(runId, change, { kind: 'platform' }));
};

/** As the route does it. */
export const resurrect: Deed = ({ platform, witness }, runId) => {
  const { buildId, buildNumber, options } = witness.stateOf(runId);
  platform.ask(`resurrect ${runId}`, async (supervisor) => {
    const { serverId, release } = await supervisor.placeNew({ userId: 'user', memoryMbytes: 1024 });
    const change = { kind: 'resurrect', serverId, buildId, buildNumber, options } as const;
    try {
      await supervisor.change(runId, change, { kind: 'platform' });
      await supervisor.supervise(runId);
    } finally {
      release();
    }
  });
};

const drain: Deed = ({ platform, machines, random }) => platform.drain(random.pick(machines.servers));
const undrain: Deed = ({ platform, machines, random }) => {
  platform.undrain(random.pick(machines.servers));
};

const loseServer: Deed = (world) => {
  const { machines, random, platform, agenda } = world;
  const serverId = random.pick(machines.servers);
  if (machines.down.has(serverId)) return;
  world.trace(`server: ${serverId} is cut off`);
  platform.engine.lose(machines.lose(serverId));
  agenda.add(`server: ${serverId} is back`, () => machines.bringBack(serverId));
};

const dropSocket: Deed = (world) => {
  const connected = world.platform.events.connected();
  if (connected.length === 0) return;
  const container = world.random.pick(connected);
  world.trace(`socket: ${container.name} drops`);
  world.platform.events.drop(container);
};

const crash: Deed = (world) => {
  if (!world.platform.isDead) world.crash('anywhere');
};

const gentleDeeds: readonly Deed[] = [migrate('warm'), migrate('cold')];
const deeds: readonly Deed[] = [
  migrate('warm'),
  migrate('warm'),
  migrate('cold'),
  migrate('lost'),
  abort(0),
  abort(200),
  reboot,
  say,
  drain,
  undrain,
  loseServer,
  dropSocket,
  crash,
];

/** Users, operators and fate: one of them does something to the world. */
export function intrude(world: World): void {
  const { random, faults, runIds, witness } = world;
  faults.budget -= 1;
  const runId = random.pick(runIds);
  const isOverNow = !faults.isGentle && isOver(witness.stateOf(runId)) && random.chance(0.7);
  const deed = isOverNow ? resurrect : random.pick(faults.isGentle ? gentleDeeds : deeds);
  deed(world, runId);
}

export const abortAtOnce = abort(0);
export const abortSlowly = abort(200);
export const migrateWarm = migrate('warm');
