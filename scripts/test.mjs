/**
 * `npm test`: installs what is missing, then runs every part, whether or not an earlier one failed. With `CI=true`, as
 * root on Debian, it installs the Debian packages that the Docker tests need; elsewhere it says what was skipped and why.
 * The Docker tests run beside the others, since they mostly wait for daemons: first those that share their hosts, then, on
 * the same hosts, those that end daemons, one at a time. Their output is printed when they end.
 *
 * A test that fails is tried once more (docs/decisions/0086). At the end stand the tests that needed it, the failures of all
 * parts, each with its error, and a table of the parts. The last line is
 * `N passed, N failed, N skipped` over all parts, for CI systems of any language. A part that failed although none of its
 * tests did (the linter, say) counts as one failed test. The exit code is 0 only if none failed.
 *
 * Plain JavaScript that Node 20 runs, and nothing of `node_modules`, since there may be none yet.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureConsoleBuilt } from './build-console.mjs';
import {
  browserPackages,
  driverPackage,
  isThere,
  mayInstall,
  missingPackages,
  whyNoBrowser,
  whyNoDocker,
  whyNoDriver,
  whyNoPrometheus,
} from './docker-needs.mjs';
import { ensureInstalled, environmentOfTheMachine, root } from './install.mjs';
import { pythonPackages, whyNoPython } from './python-needs.mjs';

/** The npm scripts that `npm test` consists of, in their order. */
const parts = [
  'lint',
  'types',
  'test:packages',
  'test:unit',
  'test:e2e',
  'test:docker:shared',
  'test:docker:alone',
  'test:console',
];
/** The parts that run at the same time as the others, in this order. The Docker hosts of the first are kept for the second. */
const partsBeside = ['test:docker:shared', 'test:docker:alone'];
/** When all others are over: a browser's requests fail while the interfaces of containers come and go. */
const partsAfter = ['test:console'];

/** As `CI=true` means it; some systems write `CI=1`. */
const isCi = !['', '0', 'false'].includes(process.env.CI ?? '');

function installDebianPackages() {
  const missing = missingPackages();
  const isBrowserMissing = !isThere(browserPackages[0]);
  // The test of a clock that is set needs its library.
  if (!isThere('faketime')) missing.push('faketime');
  if (whyNoPrometheus() !== undefined) missing.push('prometheus');
  if (whyNoPython() !== undefined) missing.push(...pythonPackages);
  const isDriverMissing = whyNoDriver() !== undefined;
  if ((missing.length === 0 && !isBrowserMissing && !isDriverMissing) || !mayInstall()) return;
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { stdio: 'inherit' }).status === 0;
  const install = (...packages) => {
    console.log(`Installing for the tests: ${packages.join(' ')}`);
    return apt('install', '-y', '--no-install-recommends', ...packages);
  };
  apt('update');
  if (missing.length > 0) install(...missing);
  // Newer releases have Docker's client apart.
  if (missingPackages().includes('docker.io')) install('docker-cli');
  if (isBrowserMissing && !install(browserPackages[0]) && whyNoBrowser() !== undefined) install(browserPackages[1]);
  // By itself: a release that lacks it must not keep the others from being installed.
  if (isDriverMissing) install(driverPackage);
}

/** What the reporter `test/tally-reporter.ts` has written; zeros where it never came to its end. */
function tallyOf(file) {
  const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], retried: [], slowest: [] };
  try {
    return { ...nothing, ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return nothing;
  }
}

/** Runs one npm script; resolves with how it ended. Its output goes to the file `output`, or to this process's. */
function runPart(script, tallyFile, output = 'inherit') {
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['inherit', output, output],
    env: {
      ...environmentOfTheMachine(),
      WHERRY_TALLY_FILE: tallyFile,
      ...(script === partsBeside[0] && { WHERRY_KEEP_HOSTS: '1' }),
    },
  });
  return new Promise((resolve) => {
    const end = (isSuccess) => {
      const minutes = (performance.now() - startedAt) / 60_000;
      const counted = tallyOf(tallyFile);
      const failed = isSuccess ? counted.failed : Math.max(counted.failed, 1);
      resolve({ script, minutes, tally: { ...counted, failed } });
    };
    child.once('error', (error) => {
      console.error(`npm does not start: ${error.message}`);
      end(false);
    });
    child.once('exit', (code) => end(code === 0));
  });
}

function resultOf({ passed, failed, skipped }) {
  if (failed > 0) return 'FAILED';
  return passed === 0 && skipped > 0 ? 'SKIPPED' : 'passed';
}

const textOf = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

function printErrors(what, tests) {
  for (const { test, error } of tests) console.log(`\n*** ${what}: ${test}\n    ${error.replaceAll('\n', '\n    ')}`);
}

/** CI systems may keep the end of the output only: what has failed stands there again, with the reason. */
function printFailures(ends) {
  for (const { script, tally } of ends) printErrors(`${script} NEEDED A SECOND TRY`, tally.retried);
  for (const { script, tally } of ends) {
    if (tally.failed === 0) continue;
    if (tally.failures.length === 0) console.log(`\n*** ${script} FAILED, see its output above`);
    printErrors(`${script} FAILED`, tally.failures);
  }
}

function printSlowestFiles(ends) {
  for (const { script, tally } of ends) {
    if (tally.slowest.length === 0) continue;
    console.log(
      `\n${script}, slowest files (s): ${tally.slowest.map(({ file, secs }) => `${file} ${secs}`).join(', ')}`,
    );
  }
}

function printSummary(ends) {
  printSlowestFiles(ends);
  printFailures(ends);
  console.log(`\n${'part'.padEnd(20)}${'result'.padEnd(10)}${'minutes'.padStart(7)}  tests`);
  for (const { script, minutes, tally } of ends) {
    const tests = tally.passed + tally.failed + tally.skipped > 0 ? textOf(tally) : '';
    console.log(`${script.padEnd(20)}${resultOf(tally).padEnd(10)}${minutes.toFixed(1).padStart(7)}  ${tests}`);
  }
  const [noDocker, noBrowser, noDriver] = [whyNoDocker(), whyNoBrowser(), whyNoDriver()];
  const [noPython, noPrometheus] = [whyNoPython(), whyNoPrometheus()];
  if (noDocker !== undefined) console.log(`\n*** THE DOCKER TESTS WERE SKIPPED: ${noDocker}`);
  if (noBrowser !== undefined) console.log(`\n*** THE TESTS WITH A BROWSER WERE SKIPPED: ${noBrowser}`);
  if (noDriver !== undefined) console.log(`\n*** THE TEST WITH SELENIUM WAS SKIPPED: ${noDriver}`);
  if (noPython !== undefined) console.log(`\n*** THE TESTS WITH PYTHON WERE SKIPPED: ${noPython}`);
  if (noPrometheus !== undefined) console.log(`\n*** THE TEST WITH PROMETHEUS WAS SKIPPED: ${noPrometheus}`);
  const sum = (kind) => ends.reduce((total, { tally }) => total + tally[kind], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  console.log(`\n${textOf(total)}`);
  return total;
}

async function main() {
  if (process.argv.length > 2) {
    console.error('`npm test` takes no arguments. For one file: npx vitest run FILE; for one part: npm run test:unit.');
    process.exit(2);
  }
  ensureInstalled();
  ensureConsoleBuilt();
  if (isCi) installDebianPackages();
  const folder = mkdtempSync(path.join(tmpdir(), 'wherry-tally-'));
  let isInterrupted = false;
  // The part at work gets the terminal's Ctrl-C itself, and ends by it; those after it do not start.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isInterrupted = true));
  const run = async (script, output) => {
    if (isInterrupted) return [];
    return [await runPart(script, path.join(folder, `${parts.indexOf(script)}.json`), output)];
  };
  const runBeside = async () => {
    const ends = [];
    for (const script of partsBeside) {
      if (isInterrupted) break;
      console.log(`\n=== npm run ${script} runs beside the others; its output follows at its end`);
      const file = path.join(folder, 'output');
      const output = openSync(file, 'w');
      ends.push(...(await run(script, output)));
      closeSync(output);
      console.log(`\n=== npm run ${script}\n${readFileSync(file, 'utf8')}=== end of npm run ${script}\n`);
    }
    return ends;
  };
  const runInTurn = async (scripts) => {
    const ends = [];
    for (const script of scripts) {
      if (!isInterrupted) console.log(`\n=== npm run ${script}`);
      ends.push(...(await run(script)));
    }
    return ends;
  };
  const others = parts.filter((part) => !partsBeside.includes(part) && !partsAfter.includes(part));
  const ends = (await Promise.all([runInTurn(others), runBeside()])).flat();
  ends.push(...(await runInTurn(partsAfter)));
  if (isInterrupted) spawnSync(path.join(root, 'test', 'docker', 'hosts.sh'), ['down'], { stdio: 'ignore' });
  rmSync(folder, { recursive: true });
  const { failed } = printSummary(ends);
  if (isInterrupted) process.exit(130);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
