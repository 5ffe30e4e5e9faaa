/** A stock Prometheus scrapes a platform as docs/metrics.md sets it up, and understands what the dashboard asks it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startFixture } from '../packages/platform/test/fixture.ts';
import { whyNoPrometheus } from '../scripts/docker-needs.mjs';
import { until } from './support/until.ts';

const page = new URL('../docs/metrics.md', import.meta.url);
const dashboard = new URL('../deploy/grafana/wherry.json', import.meta.url);
const missing = whyNoPrometheus();
if (missing !== undefined) process.stderr.write(`\n*** THE TEST WITH PROMETHEUS IS SKIPPED: ${missing}\n\n`);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts it with the page's configuration. Resolves with its address. */
async function startPrometheus(platformUrl: string, token: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-prometheus-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const tokenFile = path.join(folder, 'token');
  await writeFile(tokenFile, token);
  const config = /```yaml\n([\s\S]*?)```/
    .exec(await readFile(page, 'utf8'))![1]!
    .replace('/var/lib/wherry/token', tokenFile)
    .replace('127.0.0.1:8010', new URL(platformUrl).host);
  await writeFile(path.join(folder, 'prometheus.yml'), `global: { scrape_interval: 1s }\n${config}`);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${path.join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return `http://${address}`;
}

test.skipIf(missing !== undefined)(
  'a stock Prometheus scrapes the platform and answers every query of the dashboard',
  async () => {
    await using fixture = await startFixture();
    const prometheus = await startPrometheus(fixture.platform.url, fixture.platform.token);
    const query = async (expression: string) => {
      const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
      return (await response.json()) as {
        status: string;
        error?: string;
        data: { result: { value: [number, string] }[] };
      };
    };
    const scraped = await until('it has scraped the platform', async () => {
      const { data } = await query('up{job="wherry"} == 1').catch(() => ({ data: { result: [] } }));
      return data.result.length === 1;
    });
    expect(scraped).toBe(true);
    expect((await query('sum(wherry_runs)')).data.result[0]?.value[1]).toBe('0');
    expect((await query('max(wherry_database_commits_total) > 0')).data.result).toHaveLength(1);

    const expressions = [...(await readFile(dashboard, 'utf8')).matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(
      ([, text]) => (JSON.parse(`"${text}"`) as string).replaceAll(/\$__\w+/g, '5m').replaceAll(/\$\w+/g, '.*'),
    );
    expect(expressions.length).toBeGreaterThan(5);
    for (const expression of expressions) {
      const { status, error } = await query(expression);
      expect({ expression, status, error }).toEqual({ expression, status: 'success', error: undefined });
    }
  },
);
