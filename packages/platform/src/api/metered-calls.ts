/** What each call counts as in the usage of its user [usage-2]. */
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Usage, UsageMeter, UsageUnit } from '../accounts/usage.ts';
import type { Caller } from '../database/operation.ts';
import type { StorageTable } from '../storages/storage-row.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the call has written to storages, where its route does not say it. */
    writtenUsage: Usage | undefined;
  }
}

const unitsOf: Readonly<Record<StorageTable, { readonly reads: UsageUnit; readonly writes: UsageUnit }>> = {
  datasets: { reads: 'DATASET_READS', writes: 'DATASET_WRITES' },
  key_value_stores: { reads: 'KEY_VALUE_STORE_READS', writes: 'KEY_VALUE_STORE_WRITES' },
  request_queues: { reads: 'REQUEST_QUEUE_READS', writes: 'REQUEST_QUEUE_WRITES' },
};

const bytesOfGbyte = 1024 ** 3;

/** One for a call that reads or writes a storage. */
function unitOf({ method, routeOptions }: FastifyRequest): UsageUnit | undefined {
  const { access } = routeOptions.config;
  if (typeof access !== 'object' || !('storage' in access)) return undefined;
  const { table } = access.storage;
  if (method !== 'GET' && method !== 'HEAD') return unitsOf[table].writes;
  if (table === 'key_value_stores' && routeOptions.url?.endsWith('/keys') === true) return 'KEY_VALUE_STORE_LISTS';
  return unitsOf[table].reads;
}

/** Whose connection it is, as far as usage is concerned. */
export interface ConnectionUser {
  readonly kind: Caller['kind'];
  readonly userId: string;
}

/** Counts calls and the bytes of connections. Each byte counts once, whatever the requests of a connection are for. */
export class CallMeter {
  readonly #meter: Pick<UsageMeter, 'add'>;
  readonly #counted = new WeakMap<Socket, number>();

  constructor(meter: Pick<UsageMeter, 'add'>) {
    this.#meter = meter;
  }

  /**
   * Counts what was sent over a connection, both ways, since it was counted last.
   * @param user undefined when it is nobody's use
   * @param more what else was used
   */
  count(socket: Socket, user: ConnectionUser | undefined, more: Usage = {}): void {
    // A connection that is not of the network has no counts.
    const bytes = (socket.bytesRead ?? 0) + (socket.bytesWritten ?? 0);
    const gbytes = (bytes - (this.#counted.get(socket) ?? 0)) / bytesOfGbyte;
    this.#counted.set(socket, bytes);
    if (user === undefined) return;
    const transfer = user.kind === 'attempt' ? 'DATA_TRANSFER_INTERNAL_GBYTES' : 'DATA_TRANSFER_EXTERNAL_GBYTES';
    this.#meter.add(user.userId, { ...more, [transfer]: gbytes });
  }
}

/** Counts calls that were carried out, and the bytes of all calls. */
export function meterCalls(app: FastifyInstance, meter: Pick<CallMeter, 'count'>): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { caller } = request;
    const user = caller !== undefined && 'userId' in caller ? caller : undefined;
    const isCarriedOut = reply.statusCode < 400;
    const unit = isCarriedOut ? unitOf(request) : undefined;
    meter.count(request.raw.socket, user, { ...(unit && { [unit]: 1 }), ...(isCarriedOut && request.writtenUsage) });
    done();
  });
}
