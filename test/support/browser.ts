import { existsSync } from 'node:fs';

/** The headless shell comes first: it starts with a third of the processor time of the whole browser. */
const paths = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Undefined on a machine without a browser. */
export const chromiumPath = paths.find((each) => each !== undefined && existsSync(each));
