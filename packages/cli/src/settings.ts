import { type DemoKind, demoKinds } from './demo/demo-kind.ts';
import { badUsage } from './failure.ts';

/**
 * Settings of the commands, and the one place of this package that reads the environment. A flag overrides its environment
 * variable, and a variable overrides the default.
 */
type Environment = Readonly<Record<string, string | undefined>>;

/** The flags of `wherry up` as they were written. */
export interface PlatformFlags {
  readonly port?: string;
  readonly data?: string;
  readonly host?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsPort?: string;
  readonly token?: string;
  readonly secretsKeyFile?: string;
  readonly servers?: string;
  readonly memory?: string;
  readonly maxRuns?: string;
  readonly userMemory?: string;
  readonly retainRuns?: string;
  readonly retainStorages?: string;
  readonly retainLogs?: string;
  readonly retainBuilds?: string;
  readonly diskWatermark?: string;
  readonly auditDays?: string;
  readonly prices?: string;
  readonly engine?: string;
  readonly advertise?: string;
  readonly allowHost?: string;
  readonly webDomain?: string;
  readonly proxyGroups?: string;
  readonly proxyPort?: string;
  readonly advertiseProxy?: string;
  readonly allowPrivateWebhooks?: boolean;
  readonly registry?: string;
  readonly commits?: boolean;
  readonly console?: boolean;
  /** The name of a demo, or whether a demo runs. */
  readonly demo?: boolean | string;
  readonly demoUrl?: string;
  readonly once?: boolean;
}

export type EngineSettings =
  | { readonly kind: 'process' }
  /** `host` as in `DOCKER_HOST`, `https://` for one over TLS; undefined: this machine's own daemon. */
  | {
      readonly kind: 'docker';
      readonly host: string | undefined;
      readonly buildNetwork: string | undefined;
      /** The proxies of builds, which Docker's own client passes to builds in the same way. */
      readonly buildArguments: Readonly<Record<string, string>>;
      /** The registry from which the nodes of a Swarm pull images; undefined for one plain daemon. */
      readonly registry: string | undefined;
      /** Docker's own `DOCKER_CONFIG`, which has the logins to registries. */
      readonly dockerConfigFolder: string | undefined;
    };

interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  readonly port: number;
}

export interface PlatformSettings {
  readonly port: number;
  readonly dataFolder: string;
  readonly host: string;
  /** Where the API listens over TLS too, with PEM files; undefined: nowhere. */
  readonly tls: TlsSettings | undefined;
  /** Undefined: the one in the data folder, made at the first start. */
  readonly token: string | undefined;
  /** The file with the key of the stored secrets; undefined: the one in the data folder. */
  readonly secretsKeyFile: string | undefined;
  readonly servers: number;
  /** What the runs on each machine may have in all, in MB; undefined: all that it has. */
  readonly memoryMbytes: number | undefined;
  /** How many runs that are not over there may be; undefined: the platform's own limit. */
  readonly maxRuns: number | undefined;
  /** What these may have of memory in all for each user, in MB; undefined: what the machines have. */
  readonly maxUserMbytes: number | undefined;
  /** For how many days what is over is kept; undefined: for ever. */
  readonly retainRunDays: number | undefined;
  readonly retainStorageDays: number | undefined;
  readonly retainLogDays: number | undefined;
  readonly retainBuildDays: number | undefined;
  /** How full the disk may be when a run starts, in percent; undefined: the platform's own number. */
  readonly diskWatermarkPercent: number | undefined;
  /** How many days an entry stays in the audit log; undefined: the platform's own number. */
  readonly auditDays: number | undefined;
  /** The file with the prices of what runs use; undefined: it costs nothing. */
  readonly pricesFile: string | undefined;
  readonly engine: EngineSettings;
  /** The URL at which containers reach the API, without a slash at its end; undefined: where it listens. */
  readonly advertisedUrl: string | undefined;
  /** Further names that requests may have in their header `Host`. */
  readonly allowedHosts: readonly string[];
  /** The domain below which web servers of runs have names of their own; undefined for none but `localhost`. */
  readonly webDomain: string | undefined;
  /** The file with the groups of upstream proxies; undefined: there are none. */
  readonly proxyGroupsFile: string | undefined;
  /** Undefined: the one after the API's if it is free, else any. */
  readonly proxyPort: number | undefined;
  /** Where attempts reach the proxy, as `host:port`; undefined: at the host of the API, at the proxy's own port. */
  readonly advertisedProxy: string | undefined;
  /** Whether webhooks may be sent to addresses that are not public. */
  readonly allowPrivateWebhooks: boolean;
  /** Whether the API has the routes of commits. */
  readonly commits: boolean;
  /** Whether the console is served where there is one. */
  readonly console: boolean;
  /** The demo that runs after the start; null for none. */
  readonly demo: DemoKind | null;
  /** The site that the demo crawls; undefined: a site of its own. */
  readonly demoUrl: string | undefined;
  /** Whether the platform ends with the demo. */
  readonly once: boolean;
}

/** @param demoByDefault whether the demo runs if neither a flag nor a variable says so */
export function platformSettings(
  flags: PlatformFlags,
  demoByDefault: boolean,
  environment: Environment = process.env,
): PlatformSettings {
  const variable = readerOf(environment);
  const once = flags.once ?? booleanOf('WHERRY_ONCE', variable('WHERRY_ONCE')) ?? false;
  const demoUrl = urlOf('--demo-url', flags.demoUrl ?? variable('WHERRY_DEMO_URL'));
  const noDemo = booleanOf('WHERRY_NO_DEMO', variable('WHERRY_NO_DEMO'));
  const requested = flags.demo ?? (noDemo === undefined ? undefined : !noDemo);
  if (requested === false && once)
    throw badUsage('--once ends with the demo, so it cannot go with --no-demo. Drop one.');
  return {
    port: wholeNumberOf('--port', flags.port ?? variable('WHERRY_PORT') ?? '8010', 0, 65_535),
    ...secretsSettings(flags, environment),
    host: flags.host ?? variable('WHERRY_HOST') ?? '127.0.0.1',
    tls: tlsOf(flags, variable),
    token: tokenOf(flags.token ?? variable('WHERRY_TOKEN')),
    servers: wholeNumberOf('--servers', flags.servers ?? variable('WHERRY_SERVERS') ?? '2', 1, 64),
    memoryMbytes: optionalNumberOf('--memory', flags.memory ?? variable('WHERRY_MEMORY'), 128, 1_000_000_000),
    maxRuns: optionalNumberOf('--max-runs', flags.maxRuns ?? variable('WHERRY_MAX_RUNS'), 1, 1_000_000),
    maxUserMbytes: optionalNumberOf(
      '--user-memory',
      flags.userMemory ?? variable('WHERRY_USER_MEMORY'),
      128,
      1_000_000_000,
    ),
    ...retentionOf(flags, variable),
    diskWatermarkPercent: optionalNumberOf(
      '--disk-watermark',
      flags.diskWatermark ?? variable('WHERRY_DISK_WATERMARK'),
      1,
      100,
    ),
    auditDays: optionalNumberOf('--audit-days', flags.auditDays ?? variable('WHERRY_AUDIT_DAYS'), 1, 36_500),
    pricesFile: flags.prices ?? variable('WHERRY_PRICES'),
    engine: engineOf(flags, variable),
    advertisedUrl: advertisedUrlOf(flags.advertise ?? variable('WHERRY_ADVERTISE')),
    allowedHosts: hostsOf(flags.allowHost ?? variable('WHERRY_ALLOW_HOST') ?? ''),
    webDomain: webDomainOf(flags.webDomain ?? variable('WHERRY_WEB_DOMAIN')),
    proxyGroupsFile: flags.proxyGroups ?? variable('WHERRY_PROXY_GROUPS'),
    proxyPort: optionalNumberOf('--proxy-port', flags.proxyPort ?? variable('WHERRY_PROXY_PORT'), 0, 65_535),
    advertisedProxy: hostAndPortOf(flags.advertiseProxy ?? variable('WHERRY_ADVERTISE_PROXY')),
    allowPrivateWebhooks:
      flags.allowPrivateWebhooks ??
      booleanOf('WHERRY_ALLOW_PRIVATE_WEBHOOKS', variable('WHERRY_ALLOW_PRIVATE_WEBHOOKS')) ??
      false,
    // Commander sets the flag to true if it was not given.
    commits: flags.commits !== false && booleanOf('WHERRY_NO_COMMITS', variable('WHERRY_NO_COMMITS')) !== true,
    console: flags.console !== false && booleanOf('WHERRY_NO_CONSOLE', variable('WHERRY_NO_CONSOLE')) !== true,
    demo: demoOf(requested ?? (demoByDefault || once || demoUrl !== undefined), demoUrl),
    demoUrl,
    once,
  };
}

function retentionOf(
  flags: PlatformFlags,
  variable: (name: string) => string | undefined,
): Pick<PlatformSettings, `retain${string}Days` & keyof PlatformSettings> {
  const daysOf = (flag: string, text: string | undefined) => optionalNumberOf(flag, text, 1, 36_500);
  return {
    retainRunDays: daysOf('--retain-runs', flags.retainRuns ?? variable('WHERRY_RETAIN_RUNS')),
    retainStorageDays: daysOf('--retain-storages', flags.retainStorages ?? variable('WHERRY_RETAIN_STORAGES')),
    retainLogDays: daysOf('--retain-logs', flags.retainLogs ?? variable('WHERRY_RETAIN_LOGS')),
    retainBuildDays: daysOf('--retain-builds', flags.retainBuilds ?? variable('WHERRY_RETAIN_BUILDS')),
  };
}

function tlsOf(flags: PlatformFlags, variable: (name: string) => string | undefined): TlsSettings | undefined {
  const certFile = flags.tlsCert ?? variable('WHERRY_TLS_CERT');
  const keyFile = flags.tlsKey ?? variable('WHERRY_TLS_KEY');
  const port = flags.tlsPort ?? variable('WHERRY_TLS_PORT');
  if (certFile !== undefined && keyFile !== undefined)
    return { certFile, keyFile, port: wholeNumberOf('--tls-port', port ?? '8443', 0, 65_535) };
  if (certFile === undefined && keyFile === undefined && port === undefined) return undefined;
  throw badUsage('TLS needs both --tls-cert and --tls-key. Pass the two files.');
}

/** The flags of `wherry secrets rotate`, which `wherry up` has too. */
export interface SecretsFlags {
  readonly data?: string;
  readonly secretsKeyFile?: string;
}

export function secretsSettings(
  flags: SecretsFlags,
  environment: Environment = process.env,
): Pick<PlatformSettings, 'dataFolder' | 'secretsKeyFile'> {
  const variable = readerOf(environment);
  return {
    dataFolder: dataFolderOf(flags, environment),
    secretsKeyFile: flags.secretsKeyFile ?? variable('WHERRY_SECRETS_KEY_FILE'),
  };
}

function demoOf(requested: boolean | string, demoUrl: string | undefined): DemoKind | null {
  if (typeof requested === 'boolean') return requested ? 'site' : null;
  const kind = demoKinds.find((each) => each === requested);
  if (kind === undefined) throw badUsage(`There is no demo "${requested}". There are: ${demoKinds.join(', ')}.`);
  if (kind !== 'site' && demoUrl !== undefined) throw badUsage('--demo-url is for the demo "site". Drop one.');
  return kind;
}

/** The data folder of the commands that work on its files. */
export function dataFolderOf(flags: { readonly data?: string }, environment: Environment = process.env): string {
  return flags.data ?? readerOf(environment)('WHERRY_DATA') ?? './data';
}

/** The flags of each command that uses a running platform. */
export interface ConnectionFlags {
  readonly url?: string;
  readonly token?: string;
}

export interface ConnectionSettings {
  /** Without a slash at its end. */
  readonly url: string;
  /** Undefined: the one in `tokenFolder`. */
  readonly token: string | undefined;
  readonly tokenFolder: string;
}

export function connectionSettings(flags: ConnectionFlags, environment: Environment = process.env): ConnectionSettings {
  const variable = readerOf(environment);
  const url = urlOf('--url', flags.url ?? variable('WHERRY_URL') ?? 'http://127.0.0.1:8010')!;
  return {
    url: url.replace(/\/+$/, ''),
    token: tokenOf(flags.token ?? variable('WHERRY_TOKEN')),
    tokenFolder: variable('WHERRY_DATA') ?? './data',
  };
}

/** An empty variable counts as not set, as in `WHERRY_PORT= npm start`. */
const readerOf = (environment: Environment) => (name: string) => environment[name] || undefined;

function wholeNumberOf(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw badUsage(`${flag} must be a whole number from ${least} to ${most}, but is "${text}".`);
}

const optionalNumberOf = (flag: string, text: string | undefined, least: number, most: number): number | undefined =>
  text === undefined ? undefined : wholeNumberOf(flag, text, least, most);

function booleanOf(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (['1', 'true', 'yes'].includes(text.toLowerCase())) return true;
  if (['0', 'false', 'no'].includes(text.toLowerCase())) return false;
  throw badUsage(`${name} must be 1 or 0, but is "${text}".`);
}

function urlOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw badUsage(`${flag} must be an address that begins with http:// or https://, but is "${text}".`);
}

function hostsOf(text: string): string[] {
  const names = text.split(',').flatMap((each) => each.trim() || []);
  const bad = names.find((name) => !/^[\w.-]+$/.test(name));
  if (bad === undefined) return names;
  throw badUsage(`--allow-host takes names such as wherry.example.com, with commas between them, not "${bad}".`);
}

function webDomainOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(text)) return text;
  throw badUsage(`--web-domain takes a domain such as wherry.example.com, not "${text}".`);
}

function hostAndPortOf(text: string | undefined): string | undefined {
  if (text === undefined || /^(?:[\w.-]+|\[[\da-f:.]+\]):[1-9]\d{0,4}$/i.test(text)) return text;
  throw badUsage(`--advertise-proxy takes a host and a port such as wherry.example.com:8011, not "${text}".`);
}

function tokenOf(text: string | undefined): string | undefined {
  if (text === undefined || /^[\x21-\x7e]{8,}$/.test(text)) return text;
  throw badUsage('The token must have 8 characters or more, all printable ASCII without spaces. Choose another.');
}

function engineOf(flags: PlatformFlags, variable: (name: string) => string | undefined): EngineSettings {
  const kind = flags.engine ?? variable('WHERRY_ENGINE') ?? 'process';
  const registry = flags.registry ?? variable('WHERRY_REGISTRY');
  if (kind === 'process') {
    if (flags.registry === undefined) return { kind };
    throw badUsage('--registry is for images, and the process engine has none. Add --engine docker, or drop it.');
  }
  if (kind !== 'docker') throw badUsage(`There is no engine "${kind}". Use --engine process or --engine docker.`);
  const host = variable('DOCKER_HOST');
  const isSecure = (variable('DOCKER_TLS_VERIFY') ?? variable('DOCKER_CERT_PATH')) !== undefined;
  return {
    kind,
    registry,
    dockerConfigFolder: variable('DOCKER_CONFIG'),
    host: isSecure ? host?.replace(/^tcp:/, 'https:') : host,
    buildNetwork: variable('WHERRY_BUILD_NETWORK'),
    buildArguments: Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => {
        const value = variable(name) ?? variable(name.toLowerCase());
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/** An address with or without its `http://`. */
function advertisedUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return urlOf('--advertise', /^\w+:\/\//.test(text) ? text : `http://${text}`)!.replace(/\/+$/, '');
}
