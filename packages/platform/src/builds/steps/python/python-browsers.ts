/**
 * Apify's images with Playwright and Selenium have browsers. The process engine has the Chromium of this machine, which
 * these libraries do not look for: Playwright starts the browser of its own revision from a folder of its own, and
 * Selenium downloads a driver unless it is told where one is.
 */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../find-program.ts';

/** In a virtual environment: what `PLAYWRIGHT_BROWSERS_PATH` names. */
export const browsersName = 'browsers';

interface Revisions {
  readonly browsers: readonly { readonly name: string; readonly revision: string }[];
}

/** Where releases of Playwright have had the programs, in the folder of the browser. */
const programsOf: Readonly<Record<string, readonly string[]>> = {
  chromium: ['chrome-linux/chrome', 'chrome-linux64/chrome'],
  'chromium-headless-shell': [
    'chrome-linux/headless_shell',
    'chrome-headless-shell-linux64/chrome-headless-shell',
    'chrome-headless-shell-linux-arm64/chrome-headless-shell',
  ],
};
const systemBrowsers: Readonly<Record<string, readonly string[]>> = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  'chromium-headless-shell': ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
};

/** Links this machine's Chromium to where the Playwright in `venv`, if there is one, starts its own. */
export async function provideBrowsers(
  venv: string,
  environment: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<void> {
  if (process.platform !== 'linux') return;
  const packages = await sitePackagesOf(venv);
  const [hasPlaywright, hasSelenium] = ['playwright', 'selenium'].map((name) => packages?.names.includes(name));
  if (!hasPlaywright && !hasSelenium) return;
  const found = systemBrowsers['chromium-headless-shell']!.find((name) => findProgram(name, environment) !== undefined);
  if (found === undefined) {
    log('Browser: this machine has no Chromium, so the Actor cannot start one. Install it and build again.');
    return;
  }
  if (hasSelenium && findProgram('chromedriver', environment) === undefined) {
    log('Browser: this machine has no chromedriver. Install it (on Debian: apt-get install chromium-driver).');
  }
  if (!hasPlaywright) return;
  const file = path.join(packages!.folder, 'playwright', 'driver', 'package', 'browsers.json');
  const { browsers } = JSON.parse(await readFile(file, 'utf8')) as Revisions;
  for (const { name, revision } of browsers) {
    const system = systemBrowsers[name]
      ?.map((each) => findProgram(each, environment))
      .find((each) => each !== undefined);
    if (system === undefined) continue;
    const folder = path.join(venv, browsersName, `${name.replaceAll('-', '_')}-${revision}`);
    for (const program of programsOf[name]!) {
      await mkdir(path.dirname(path.join(folder, program)), { recursive: true });
      await symlink(system, path.join(folder, program));
    }
    await writeFile(path.join(folder, 'INSTALLATION_COMPLETE'), '');
  }
  log(`Browser: Playwright starts the ${found} of this machine.`);
}

async function sitePackagesOf(venv: string): Promise<{ folder: string; names: string[] } | undefined> {
  const lib = path.join(venv, 'lib');
  const [version] = await readdir(lib).catch(() => []);
  if (version === undefined) return undefined;
  const folder = path.join(lib, version, 'site-packages');
  return { folder, names: await readdir(folder).catch(() => []) };
}
