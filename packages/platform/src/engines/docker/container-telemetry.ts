import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { LineSplitter } from '../../shared/line-splitter.ts';
import type { Telemetry } from '../engine.ts';

/**
 * A program that uses more than this share of its limit would use more if it could. Docker also counts how often the
 * program was throttled, but not reliably on every kernel: an endless loop was counted in 3 of 34 periods.
 */
const overloadedShare = 0.9;

/** The fields of the response that are used. Some are missing while a container starts or ends. */
interface DockerStats {
  readonly read: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

export interface TelemetryReader {
  /** How many processors the container may use. */
  readonly cores: number;
  readonly onTelemetry: (telemetry: Telemetry) => void;
  readonly signal: AbortSignal;
}

/** Undefined when there are no measurements, for example between the end of a container and that of its stream. */
function telemetryBetween(before: DockerStats | undefined, now: DockerStats, cores: number): Telemetry | undefined {
  const { usage, stats = {} } = now.memory_stats ?? {};
  const cpuNow = now.cpu_stats?.cpu_usage?.total_usage;
  const cpuBefore = before?.cpu_stats?.cpu_usage?.total_usage;
  if (before === undefined || usage === undefined || cpuNow === undefined || cpuBefore === undefined) return undefined;
  const elapsedMs = Date.parse(now.read) - Date.parse(before.read);
  if (!(elapsedMs > 0)) return undefined;
  // The part of the file cache that the kernel can free at once; `total_…` with version 1 of control groups.
  const reclaimable = stats.total_inactive_file ?? stats.inactive_file ?? 0;
  const cpuCurrentUsage = Math.max(0, cpuNow - cpuBefore) / 1e6 / elapsedMs;
  return {
    memCurrentBytes: Math.max(0, usage - reclaimable),
    cpuCurrentUsage,
    isCpuOverloaded: cpuCurrentUsage > overloadedShare * cores,
  };
}

/** Reports a container's telemetry about once a second, until it ends. */
export async function followTelemetry(
  container: Docker.Container,
  { cores, onTelemetry, signal }: TelemetryReader,
): Promise<void> {
  const stream = (await container.stats({ stream: true })) as Readable;
  if (signal.aborted) return void stream.destroy();
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  let before: DockerStats | undefined;
  const lines = new LineSplitter((line) => {
    const now = JSON.parse(line) as DockerStats;
    const telemetry = telemetryBetween(before, now, cores);
    before = now;
    if (telemetry !== undefined && !signal.aborted) onTelemetry(telemetry);
  });
  // An incomplete last line is not valid JSON, so it is ignored.
  stream.on('data', (chunk: Buffer) => lines.write(chunk)).on('error', () => undefined);
}
