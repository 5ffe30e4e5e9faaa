import { defineConfig } from 'vitest/config';
import { secondTry } from './test/second-try.ts';
import { SlowFirst } from './test/slow-first.ts';
import { compileCache } from './test/support/compile-cache.ts';

// For the tests, and for the platforms and commands that they start, as `wherry` has it: it takes half of their start.
process.env.NODE_COMPILE_CACHE ??= compileCache;

/** Docker daemons of their own, which they start as root: docs/docker.md. */
const docker = '**/*.docker.test.ts';

const common = {
  retry: secondTry,
  // Tests start real processes and a real platform. The limits only end what hangs: a quiet machine takes a fifth at most.
  testTimeout: 900_000,
  hookTimeout: 900_000,
  // A poll waits for what happens, on a busy machine too.
  expect: { poll: { timeout: 60_000 } },
  pool: 'forks' as const,
  // Node strips the types itself, as it does for the platform. Vite's runner takes a sixth more in hot loops.
  experimental: { viteModuleRunner: false, nodeLoader: false },
  maxWorkers: 2,
  execArgv: ['--disable-warning=ExperimentalWarning'],
};

/**
 * Chromium gives up all its requests when an interface of the machine comes or goes, as with each container: these do not run
 * beside Docker's.
 */
const ofConsole = 'test/console/**/*.test.ts';

/** They end daemons, drain nodes and cut hosts off, which others would notice. */
const disruptive = '**/docker/alone/*.docker.test.ts';

/**
 * They change what the whole process has (the environment, timers, listeners), or depend on which modules are loaded:
 * each runs in a process of its own.
 */
const ownProcess = [
  'bench/test/**/*.test.ts',
  'packages/platform/test/{builds,clock,set-clock,write-operations}.test.ts',
  'packages/platform/test/python-*.test.ts',
  'packages/prover/test/trials.test.ts',
  'packages/tiktok-actors/test/**/*.test.ts',
];

const onDocker = { ...common, globalSetup: './test/docker/global-setup.ts' };

/**
 * Where a test file is says what it is: `test/` of a package tests that package, the root's `test/` the whole product
 * with real Actors, and what ends in `.docker.test.ts`, wherever it is, needs Docker.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    reporters: ['default', './test/tally-reporter.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [docker, ...ownProcess],
          // One process for many files: to load Vitest and the platform takes as long as most files.
          isolate: false,
        },
      },
      { test: { ...common, name: 'unit-own-process', include: ownProcess, exclude: [docker] } },
      { test: { ...common, name: 'e2e', include: ['test/**/*.test.ts'], exclude: [docker, ofConsole] } },
      { test: { ...common, name: 'console', include: [ofConsole] } },
      {
        test: {
          ...onDocker,
          name: 'docker',
          include: ['packages/*/test/**/*.docker.test.ts', 'test/**/*.docker.test.ts'],
          exclude: [disruptive],
        },
      },
      {
        test: {
          ...onDocker,
          name: 'docker-alone',
          include: [disruptive],
          maxWorkers: 1,
          // After all others.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
