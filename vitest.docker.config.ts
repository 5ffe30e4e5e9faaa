import { defineConfig } from 'vitest/config';

const all = ['packages/*/test/**/*.docker.test.ts', 'test/**/*.docker.test.ts'];
/** They end daemons, and drain nodes, which others would notice. */
const alone = [
  'packages/platform/test/docker/daemon.docker.test.ts',
  'packages/platform/test/docker/swarm-runs.docker.test.ts',
];

const common = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  pool: 'forks' as const,
  execArgv: ['--disable-warning=ExperimentalWarning'],
};

export default defineConfig({
  test: {
    globalSetup: './test/docker/global-setup.ts',
    projects: [
      {
        test: {
          ...common,
          name: 'together',
          include: all,
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
