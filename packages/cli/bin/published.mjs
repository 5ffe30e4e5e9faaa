#!/usr/bin/env node
/** `bin/wherry.mjs` of the published package. In the clone it is `wherry.mjs`, which brings its own Node. */
import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const least = /\d+(?:\.\d+)*/.exec(engines.node)[0];
const isOld = process.versions.node.localeCompare(least, 'en', { numeric: true }) < 0;

if (isOld) {
  console.error(`wherry: Node ${process.versions.node} is too old. Install Node ${least} or newer, then start again.`);
  process.exitCode = 2;
} else {
  // SQLite of Node says at each start that it is experimental.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    const type = rest[0]?.type ?? rest[0];
    if (type !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };
  // Node keeps what it has compiled: the next start is sooner.
  nodeModule.enableCompileCache?.();
  // By its address, for in the clone it is not there.
  await import(new URL('../lib/cli/src/main.js', import.meta.url).href);
}
