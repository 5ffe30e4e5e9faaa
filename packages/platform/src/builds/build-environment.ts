import path from 'node:path';
import type { EnvVar } from './build-row.ts';

/** Of the platform's own environment. Never all of it: it may hold the platform's token. */
const passedOn = [
  'HOME',
  'LANG',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'npm_config_registry',
  'npm_config_cache',
  'npm_config_userconfig',
  'npm_config_globalconfig',
  'npm_config_proxy',
  'npm_config_https_proxy',
  'npm_config_noproxy',
  'npm_config_cafile',
  'npm_config_strict_ssl',
];

/** The environment of what a build runs: the platform's own Node comes first in the path. */
export function buildEnvironment(
  platform: Readonly<Record<string, string | undefined>>,
  envVars: readonly EnvVar[],
): Record<string, string> {
  const kept = passedOn.flatMap((name) => {
    const value = platform[name] ?? platform[name.toUpperCase()];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(envVars.map(({ name, value }) => [name, value])),
    PATH: [path.dirname(process.execPath), platform.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(path.delimiter),
    CI: '1',
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  };
}
