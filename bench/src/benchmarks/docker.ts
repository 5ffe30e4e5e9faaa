import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { newId } from '@wherry/platform';
import { ApifyClient } from 'apify-client';
import { atMost, type Benchmark, type BenchmarkOptions, type Figure } from '../benchmark.ts';
import { deployFiles, waitForItems } from '../deployment.ts';
import { type DockerHosts, startSwarm } from '../docker-hosts.ts';
import { migrate } from '../migrate.ts';
import { PlainService } from '../plain-service.ts';
import { newFolder, startDockerPlatformProcess, startSiteProcess, token } from '../processes.ts';
import { interleave, median, percentile } from '../rounds.ts';

/** More pages than any crawl handles while it is moved. */
const endlessPageCount = 999_999_999;
const actorFolder = new URL('../../../actors/site-crawler/', import.meta.url);
const actorFiles = ['Dockerfile', 'package.json', 'src/main.js'];

/** A crawl by an unmodified Actor that is moved back and forth between two nodes of a Swarm. */
export const docker: Benchmark = {
  name: 'docker',
  about: 'the downtime of an unmodified Actor that is moved between two nodes of a Docker Swarm',
  async run(options) {
    await using swarm = await startSwarm(2);
    const moved = await measureMoves(swarm, options);
    // Separate from the moves: availability belongs to the node, and a drain for one would evict the other.
    const drained = await measureDrains(swarm, options);
    return figuresOf({ ...moved, drained });
  },
};

const roundsOf = ({ quick }: BenchmarkOptions): number => (quick ? 5 : 50);

async function measureMoves(swarm: DockerHosts, options: BenchmarkOptions) {
  await using folder = await newFolder();
  await using platform = await startPlatform(swarm, folder.path, options.profileFolder);
  await using site = await startSiteProcess(endlessPageCount, swarm.machineAddress);
  const client = new ApifyClient({ baseUrl: platform.ready, token });
  const texts = actorFiles.map(async (file) => [file, await readFile(new URL(file, actorFolder), 'utf8')]);
  const actorId = await deployFiles(client, 'site-crawler', Object.fromEntries(await Promise.all(texts)));
  const run = await client.actor(actorId).start({ startUrls: [{ url: site.ready }], minConcurrency: 5 });
  const move = async (mode: 'warm' | 'cold') => {
    await waitForItems(client, run, 20);
    return migrate(platform.ready, run.id, mode);
  };
  const host = swarm.hosts[0]!;
  // Twice: by its own name, and by its name in the registry.
  const [image] = (await host.docker('images', '--quiet', '--filter', 'label=wherry.build')).split('\n');
  const rounds = await interleave(
    {
      warm: () => move('warm'),
      cold: () => move('cold'),
      trivial: () => host.run(image!, 'node', '-e', 'console.log()'),
      importing: () =>
        host.run(image!, 'node', '-e', "import('apify').then(() => import('crawlee')).then(console.log)"),
    },
    roundsOf(options),
  );
  await client.run(run.id).abort();
  return rounds;
}

async function measureDrains(swarm: DockerHosts, options: BenchmarkOptions): Promise<number[]> {
  await using service = await PlainService.start(swarm.hosts[0]!, swarm.machineAddress);
  const drained: number[] = [];
  while (drained.length < roundsOf(options)) drained.push(await service.drain());
  return drained;
}

async function startPlatform({ hosts, registry, machineAddress }: DockerHosts, dataFolder: string, profile?: string) {
  const advertisedUrl = `http://${machineAddress}:${await freePort(machineAddress)}`;
  const swarm = { registry, advertisedUrl, agentToken: newId() };
  const { dockerHost } = hosts[0]!;
  const engineOptions = { platformId: newId(), host: dockerHost, buildNetwork: 'host', swarm };
  return startDockerPlatformProcess(dataFolder, engineOptions, profile);
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

type Measured = Readonly<Record<'warm' | 'cold' | 'trivial' | 'importing' | 'drained', readonly number[]>>;

function figuresOf({ warm, cold, trivial, importing, drained }: Measured): Figure[] {
  const lines = (how: string, moves: readonly number[], comparison: { what: string; values: readonly number[] }) =>
    [
      { what: `${how}, median of ${moves.length}`, of: median },
      { what: `${how}, 95th percentile`, of: (values: readonly number[]) => percentile(values, 0.95) },
    ].map(({ what, of }): Figure => {
      const beside = { what: comparison.what, value: of(comparison.values), unit: 'ms' };
      return { what, value: of(moves), unit: 'ms', beside, ratio: of(moves) / beside.value, goals: [] };
    });
  const warmMs = median(warm);
  const [warmMedian, ...warmRest] = lines('warm', warm, { what: 'a plain Swarm service, drained', values: drained });
  return [
    { ...warmMedian!, goals: [atMost(warmMs, 40, '40 ms')] },
    ...warmRest,
    { what: 'warm, worst', value: Math.max(...warm), unit: 'ms', goals: [] },
    ...lines('cold', cold, { what: '`docker run` until it has imported the same modules', values: importing }),
    ...lines('`docker run` until the first line of a trivial program', trivial, {
      what: 'a plain Swarm service, drained',
      values: drained,
    }),
  ];
}
