/** `deploy/compose.yaml` by `docker run`, for Docker's own program for such files is not in Debian 12. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly init: boolean;
  readonly restart: string;
  readonly network_mode: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly volumes: readonly string[];
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly stop_grace_period: string;
}

const file = new URL('../../deploy/compose.yaml', import.meta.url);
const known = ['build'];

/** What Compose would pass to `docker run` for the service, which is called as Compose calls it. */
export async function runArguments(environment: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const text = (await readFile(file, 'utf8')).replaceAll(/\$\{(\w+)(:[-?])?([^}]*)\}/g, (_all, name, how, rest) => {
    const value = environment[name];
    if (value) return value;
    if (how !== ':-') throw new Error(`${name} is not set: ${rest}`);
    return rest;
  });
  const { name, services } = parse(text) as { name: string; services: Record<'platform', Service & { build: object }> };
  const { image, ...options } = services.platform;
  const flags: Record<string, (value: never) => string[]> = {
    init: () => ['--init'],
    restart: (value: string) => ['--restart', value],
    network_mode: (value: string) => ['--network', value],
    user: (value: string) => ['--user', value],
    environment: (value: Service['environment']) =>
      Object.entries(value).flatMap(([key, each]) => ['--env', `${key}=${each ?? ''}`]),
    volumes: (value: string[]) =>
      value.flatMap((each) => ['--volume', each.startsWith('/') ? each : `${name}_${each}`]),
    read_only: () => ['--read-only'],
    tmpfs: (value: string[]) => value.flatMap((each) => ['--tmpfs', each]),
    cap_drop: (value: string[]) => value.flatMap((each) => ['--cap-drop', each]),
    security_opt: (value: string[]) => value.flatMap((each) => ['--security-opt', each]),
    stop_grace_period: (value: string) => ['--stop-timeout', String(Number.parseInt(value, 10))],
  };
  const args = Object.entries(options).flatMap(([key, value]) => {
    if (known.includes(key)) return [];
    const flag = flags[key];
    if (flag === undefined) throw new Error(`What is "${key}" of deploy/compose.yaml for docker run? Add it here.`);
    return flag(value as never);
  });
  return ['run', '--detach', '--name', `${name}-platform-1`, ...args, image];
}
