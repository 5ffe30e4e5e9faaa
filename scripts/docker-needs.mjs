/** What the Docker tests need of this machine. Plain JavaScript that Node 20 runs without `node_modules`. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Programs, each with the Debian package that has it. */
const packageOfProgram = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  'docker-registry': 'docker-registry',
  iptables: 'iptables',
  ip: 'iproute2',
};

/** Any of these can run the tests with a browser. The first takes a third of the processor time of the others. */
const browsers = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The Debian packages with a browser, the best one first; not every release has the first. */
export const browserPackages = ['chromium-headless-shell', 'chromium'];

/** The Debian package with `chromedriver`, which Selenium needs beside a browser. */
export const driverPackage = 'chromium-driver';

/** The folders with programs for root, which the path of a user may lack. */
const systemFolders = ['/usr/sbin', '/sbin'];

export function isThere(program) {
  return [...(process.env.PATH ?? '').split(path.delimiter), ...systemFolders].some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The Debian packages with programs that are missing here, each once. */
export function missingPackages() {
  const missing = Object.entries(packageOfProgram).filter(([program]) => !isThere(program));
  return [...new Set(missing.map(([, name]) => name))];
}

/** Whether this process may install them, which it does only in CI. */
export const mayInstall = () => isRoot() && isThere('apt-get');
const isRoot = () => process.getuid?.() === 0;

/**
 * Why the Docker tests cannot run here and which command changes that, as one line; undefined where they can run.
 * Without Chromium they run, without the cases that use a browser.
 */
export function whyNoDocker() {
  if (process.platform !== 'linux') return 'they start Docker daemons of their own, which needs Linux.';
  const packages = missingPackages();
  if (packages.length > 0) {
    return `${packages.join(', ')} missing. Run: apt-get install --no-install-recommends ${packages.join(' ')}`;
  }
  return isRoot() ? undefined : 'they start Docker daemons, which needs root. Run: sudo npm run test:docker';
}

/** The same for the cases that use a browser, whatever Chromium it is. */
export function whyNoBrowser() {
  const hasOne = process.env.CHROMIUM_PATH || browsers.some(isThere);
  return hasOne ? undefined : 'Chromium is missing. Run: apt-get install --no-install-recommends chromium';
}

/** The same for the cases with Selenium. */
export function whyNoDriver() {
  if (isThere('chromedriver')) return undefined;
  return `chromedriver is missing. Run: apt-get install --no-install-recommends ${driverPackage}`;
}

/** The same for the test with a stock Prometheus. */
export function whyNoPrometheus() {
  if (isThere('prometheus')) return undefined;
  return 'Prometheus is missing. Run: apt-get install --no-install-recommends prometheus';
}
