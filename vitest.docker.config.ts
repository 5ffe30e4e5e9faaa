import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.docker.test.ts', 'test/**/*.docker.test.ts'],
    globalSetup: './test/docker/global-setup.ts',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // They share one daemon.
    maxWorkers: 1,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  },
});
