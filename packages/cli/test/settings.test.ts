import { expect, test } from 'vitest';
import { exitCodes } from '../src/exit-codes.ts';
import { connectionSettings, type PlatformFlags, platformSettings } from '../src/settings.ts';

const up = (flags: PlatformFlags, environment: Record<string, string> = {}, demoByDefault = false) =>
  platformSettings(flags, demoByDefault, environment);

test('without flags and variables a platform listens on loopback, port 8010, with its data in ./data', () => {
  expect(up({})).toEqual({
    port: 8010,
    dataFolder: './data',
    host: '127.0.0.1',
    token: undefined,
    secretsKeyFile: undefined,
    servers: 2,
    engine: { kind: 'process' },
    advertisedUrl: undefined,
    allowedHosts: [],
    webDomain: undefined,
    allowPrivateWebhooks: false,
    commits: true,
    console: true,
    demo: null,
    demoUrl: undefined,
    once: false,
  });
});

test('each setting has a variable, and a flag wins over it', () => {
  const environment = {
    WHERRY_PORT: '9001',
    WHERRY_DATA: '/srv/wherry',
    WHERRY_HOST: '0.0.0.0',
    WHERRY_TOKEN: 'token-of-the-variable',
    WHERRY_SECRETS_KEY_FILE: '/keys/of-the-variable',
    WHERRY_SERVERS: '3',
    WHERRY_MEMORY: '4096',
    WHERRY_MAX_RUNS: '20',
    WHERRY_PRICES: '/srv/prices.json',
    WHERRY_ENGINE: 'process',
    WHERRY_ALLOW_PRIVATE_WEBHOOKS: '1',
    WHERRY_NO_COMMITS: '1',
    WHERRY_NO_CONSOLE: '1',
    WHERRY_DEMO_URL: 'https://one.test/',
    WHERRY_ONCE: '1',
  };
  expect(up({}, environment)).toEqual({
    port: 9001,
    dataFolder: '/srv/wherry',
    host: '0.0.0.0',
    token: 'token-of-the-variable',
    secretsKeyFile: '/keys/of-the-variable',
    servers: 3,
    memoryMbytes: 4096,
    maxRuns: 20,
    pricesFile: '/srv/prices.json',
    engine: { kind: 'process' },
    advertisedUrl: undefined,
    allowedHosts: [],
    webDomain: undefined,
    allowPrivateWebhooks: true,
    commits: false,
    console: false,
    demo: 'site',
    demoUrl: 'https://one.test/',
    once: true,
  });
  const flags = {
    port: '9002',
    data: 'elsewhere',
    host: '::1',
    token: 'token-of-the-flag',
    secretsKeyFile: '/keys/of-the-flag',
    servers: '4',
    memory: '8192',
    maxRuns: '30',
    prices: '/etc/prices.json',
    demoUrl: 'https://two.test/',
  };
  expect(up(flags, environment)).toMatchObject({
    port: 9002,
    dataFolder: 'elsewhere',
    host: '::1',
    token: 'token-of-the-flag',
    secretsKeyFile: '/keys/of-the-flag',
    servers: 4,
    memoryMbytes: 8192,
    maxRuns: 30,
    pricesFile: '/etc/prices.json',
    demoUrl: 'https://two.test/',
  });
});

test('what is kept, and what limits starts, is set by flags and variables', () => {
  expect(up({})).toMatchObject({ retainRunDays: undefined, diskWatermarkPercent: undefined, maxUserMbytes: undefined });
  const environment = { WHERRY_RETAIN_RUNS: '30', WHERRY_RETAIN_LOGS: '7', WHERRY_USER_MEMORY: '4096' };
  expect(up({ retainRuns: '14', retainStorages: '60', diskWatermark: '95' }, environment)).toMatchObject({
    retainRunDays: 14,
    retainStorageDays: 60,
    retainLogDays: 7,
    retainBuildDays: undefined,
    diskWatermarkPercent: 95,
    maxUserMbytes: 4096,
  });
});

test('the demo runs with npm start unless a flag or a variable says no, and with up only when asked for', () => {
  expect(up({}, {}, true).demo).toBe('site');
  expect(up({ demo: false }, {}, true).demo).toBe(null);
  expect(up({}, { WHERRY_NO_DEMO: '1' }, true).demo).toBe(null);
  expect(up({}, { WHERRY_NO_DEMO: '0' }, true).demo).toBe('site');
  expect(up({ demo: true }, { WHERRY_NO_DEMO: '1' }).demo).toBe('site');
  expect(up({ demo: true }).demo).toBe('site');
  expect(up({ once: true }).demo).toBe('site');
  expect(up({ demo: 'tiktok' }).demo).toBe('tiktok');
  expect(up({ demoUrl: 'https://one.test/' }).demo).toBe('site');
});

test('the docker engine uses the daemon that Docker itself would use, and containers get the advertised URL', () => {
  const docker = { engine: 'docker' };
  expect(up(docker).engine).toEqual({ kind: 'docker', host: undefined, buildNetwork: undefined, buildArguments: {} });
  const environment = {
    DOCKER_HOST: 'tcp://10.0.0.5:2376',
    DOCKER_CONFIG: '/etc/docker-logins',
    WHERRY_BUILD_NETWORK: 'host',
    https_proxy: 'http://p',
  };
  expect(up(docker, environment).engine).toMatchObject({
    host: 'tcp://10.0.0.5:2376',
    dockerConfigFolder: '/etc/docker-logins',
    buildNetwork: 'host',
    buildArguments: { HTTPS_PROXY: 'http://p' },
  });
  const secure = { ...environment, DOCKER_TLS_VERIFY: '1' };
  expect(up(docker, secure).engine).toMatchObject({ host: 'https://10.0.0.5:2376' });
  expect(up({ advertise: '10.0.0.1:8010' }).advertisedUrl).toBe('http://10.0.0.1:8010');
  expect(up({}, { WHERRY_ADVERTISE: 'https://wherry.test/' }).advertisedUrl).toBe('https://wherry.test');
});

test('the API has commits unless a flag or a variable excludes them', () => {
  expect(up({ commits: false }).commits).toBe(false);
  expect(up({ commits: true }, { WHERRY_NO_COMMITS: '1' }).commits).toBe(false);
  expect(up({ commits: true }, { WHERRY_NO_COMMITS: '0' }).commits).toBe(true);
});

test('the console is served unless a flag or a variable excludes it', () => {
  expect(up({ console: false }).console).toBe(false);
  expect(up({ console: true }, { WHERRY_NO_CONSOLE: '1' }).console).toBe(false);
  expect(up({ console: true }, { WHERRY_NO_CONSOLE: '0' }).console).toBe(true);
});

test('an empty variable counts as one that is not set', () => {
  expect(up({}, { WHERRY_PORT: '', WHERRY_TOKEN: '', WHERRY_ONCE: '' })).toMatchObject({ port: 8010, once: false });
});

test.each<[PlatformFlags, Record<string, string>, RegExp]>([
  [{ port: '80a' }, {}, /--port must be a whole number from 0 to 65535, but is "80a"/],
  [{ port: '65536' }, {}, /--port/],
  [{ servers: '0' }, {}, /--servers must be a whole number from 1/],
  [{ memory: '100' }, {}, /--memory must be a whole number from 128/],
  [{ maxRuns: '0' }, {}, /--max-runs must be a whole number from 1/],
  [{ retainRuns: '0' }, {}, /--retain-runs must be a whole number from 1/],
  [{ diskWatermark: '101' }, {}, /--disk-watermark must be a whole number from 1 to 100/],
  [{ token: 'short' }, {}, /8 characters/],
  [{ token: 'with a space' }, {}, /without spaces/],
  [{ advertise: 'http://' }, {}, /--advertise must be an address/],
  [{ engine: 'podman' }, {}, /no engine "podman"/],
  [{ demoUrl: 'example.org' }, {}, /http:\/\//],
  [{ demoUrl: 'file:///etc/passwd' }, {}, /http:\/\//],
  [{ once: true, demo: false }, {}, /--no-demo/],
  [{ demo: 'other' }, {}, /site, tiktok/],
  [{ demo: 'tiktok', demoUrl: 'https://one.test/' }, {}, /--demo-url/],
  [{}, { WHERRY_ONCE: 'perhaps' }, /WHERRY_ONCE must be 1 or 0/],
  [{ once: true }, { WHERRY_NO_DEMO: '1' }, /--no-demo/],
])('%j with %j is refused as bad usage', (flags, environment, message) => {
  expect(() => up(flags, environment)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(message), exitCode: exitCodes.badUsage }),
  );
});

test('a command finds the platform by flag, by variable, or on this machine', () => {
  expect(connectionSettings({}, {})).toEqual({
    url: 'http://127.0.0.1:8010',
    token: undefined,
    tokenFolder: './data',
  });
  const environment = { WHERRY_URL: 'http://one.test:1//', WHERRY_TOKEN: 'token-one', WHERRY_DATA: '/srv/wherry' };
  expect(connectionSettings({}, environment)).toEqual({
    url: 'http://one.test:1',
    token: 'token-one',
    tokenFolder: '/srv/wherry',
  });
  expect(connectionSettings({ url: 'https://two.test', token: 'token-two' }, environment)).toMatchObject({
    url: 'https://two.test',
    token: 'token-two',
  });
  expect(() => connectionSettings({ url: 'two.test' }, {})).toThrow(/--url/);
});

test('further names of the platform are read from a flag or a variable, and must be names', () => {
  expect(up({ allowHost: 'a.test, b.test' }).allowedHosts).toEqual(['a.test', 'b.test']);
  expect(up({}, { WHERRY_ALLOW_HOST: 'a.test' }).allowedHosts).toEqual(['a.test']);
  expect(() => up({ allowHost: 'http://a.test' })).toThrow(/--allow-host takes names/);
});

test('the domain of web servers is a domain', () => {
  expect(up({ webDomain: 'wherry.example' }).webDomain).toBe('wherry.example');
  expect(up({}, { WHERRY_WEB_DOMAIN: 'wherry.example' }).webDomain).toBe('wherry.example');
  expect(() => up({ webDomain: 'https://wherry.example' })).toThrow(/--web-domain takes a domain/);
});

test('webhooks go to private addresses only when a flag or a variable says so', () => {
  expect(up({}).allowPrivateWebhooks).toBe(false);
  expect(up({ allowPrivateWebhooks: true }).allowPrivateWebhooks).toBe(true);
  expect(up({}, { WHERRY_ALLOW_PRIVATE_WEBHOOKS: '1' }).allowPrivateWebhooks).toBe(true);
  expect(() => up({}, { WHERRY_ALLOW_PRIVATE_WEBHOOKS: 'some' })).toThrow(
    /WHERRY_ALLOW_PRIVATE_WEBHOOKS must be 1 or 0/,
  );
});

test('the proxy is set by flags or variables', () => {
  const environment = {
    WHERRY_PROXY_GROUPS: 'of-variable.json',
    WHERRY_PROXY_PORT: '9011',
    WHERRY_ADVERTISE_PROXY: 'one.test:8011',
  };
  expect(up({}, environment)).toMatchObject({
    proxyGroupsFile: 'of-variable.json',
    proxyPort: 9011,
    advertisedProxy: 'one.test:8011',
  });
  const flags = { proxyGroups: 'of-flag.json', proxyPort: '9012', advertiseProxy: '[::1]:8012' };
  expect(up(flags, environment)).toMatchObject({
    proxyGroupsFile: 'of-flag.json',
    proxyPort: 9012,
    advertisedProxy: '[::1]:8012',
  });
  expect(() => up({ proxyPort: 'next' })).toThrow(/--proxy-port must be a whole number/);
  expect(() => up({ advertiseProxy: 'http://one.test' })).toThrow(/--advertise-proxy takes a host and a port/);
});

test('TLS needs both files, and has a port of its own', () => {
  const files = { tlsCert: 'chain.pem', tlsKey: 'key.pem' };
  expect(up(files).tls).toEqual({ certFile: 'chain.pem', keyFile: 'key.pem', port: 8443 });
  const environment = { WHERRY_TLS_CERT: 'a.pem', WHERRY_TLS_KEY: 'b.pem', WHERRY_TLS_PORT: '443' };
  expect(up({ tlsKey: 'c.pem' }, environment).tls).toEqual({ certFile: 'a.pem', keyFile: 'c.pem', port: 443 });
  expect(up({}).tls).toBeUndefined();
  for (const flags of [{ tlsCert: 'chain.pem' }, { tlsKey: 'key.pem' }, { tlsPort: '443' }])
    expect(() => up(flags)).toThrow('TLS needs both --tls-cert and --tls-key.');
});
