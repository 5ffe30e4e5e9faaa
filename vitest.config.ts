import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/slow-first.ts';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'bench/test/**/*.test.ts', 'test/**/*.test.ts'],
    // These need a Docker of their own: npm run test:docker.
    exclude: ['**/*.docker.test.ts'],
    // Tests start real processes and a real platform; the time limits only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    reporters: ['default', './test/tally-reporter.ts'],
  },
});
