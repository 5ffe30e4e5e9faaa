import type { Logger } from 'pino';
import { getUser } from '../accounts/users.ts';
import type { Authenticator } from '../api/authentication.ts';
import { apiRun } from '../api/runs/api-run.ts';
import type { RunServices } from '../api/services.ts';
import type { Database } from '../database/database.ts';
import type { RunDetails } from '../runs/operations/run-details.ts';
import type { Clock } from '../shared/clock.ts';
import { Dispatcher, type WebhookObserver } from '../webhooks/delivery/dispatcher.ts';
import { PublicAddresses } from '../webhooks/delivery/public-addresses.ts';
import { type OwnApi, Sender } from '../webhooks/delivery/sender.ts';

export interface WebhookOptions {
  /** Whether webhooks may be sent to addresses that are not public. False unless set. */
  readonly allowPrivate?: boolean;
  /** How long to wait before the first retry; each further one waits twice as long. 60 unless set, as on Apify. */
  readonly firstRetrySecs?: number;
  /** How long a call may take. 120 unless set, as on Apify. */
  readonly timeoutSecs?: number;
}

interface WebhookParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: WebhookObserver;
  readonly authenticator: Authenticator;
  readonly services: Pick<RunServices, 'publicUrl' | 'consoleUrl' | 'webAddresses' | 'prices'>;
  /** Where this process and containers reach the API; empty until it listens. */
  readonly address: { readonly url: string; readonly ofContainers: string };
}

/** Creates what sends webhooks. To be started once the API listens. */
export function createWebhooks(parts: WebhookParts, options: WebhookOptions = {}) {
  const { database, clock, logger, observer } = parts;
  const { allowPrivate = false, firstRetrySecs = 60, timeoutSecs = 120 } = options;
  const sender = new Sender({
    addresses: new PublicAddresses(allowPrivate),
    ownApi: ownApiOf(parts),
    showRun: (stored, at) => shownRun(stored as RunDetails, at, parts),
    timeoutMs: timeoutSecs * 1000,
  });
  const dispatcher = new Dispatcher({ database, sender, clock, logger, observer, firstRetryMs: firstRetrySecs * 1000 });
  return {
    start: () => dispatcher.start(),
    async close() {
      await dispatcher.close();
      await sender.close();
    },
  };
}

/** Calls to the platform's own API go to this process, whatever address they name. */
function ownApiOf({ database, services, address, authenticator }: WebhookParts): OwnApi {
  return {
    targetOf(url) {
      const names = [address.url, address.ofContainers, services.publicUrl].filter((each) => each !== '');
      const isOwn = names.some((each) => new URL(each).origin === url.origin);
      return isOwn ? new URL(url.pathname + url.search, address.url) : undefined;
    },
    async tokenOf(userId) {
      const { username, disabled_at } = await database.read(getUser, { address: userId }, { kind: 'platform' });
      return disabled_at === null ? authenticator.tokenOfWebhook({ userId, username }) : undefined;
    },
  };
}

/** A run as the API would have shown it at its event. */
function shownRun(run: RunDetails, now: number, { services }: WebhookParts): object {
  const { publicUrl, consoleUrl, webAddresses, prices } = services;
  return apiRun(run, {
    now,
    usage: undefined,
    waitsFor: undefined,
    publicUrl,
    consoleUrl,
    prices,
    containerUrl: webAddresses.containerUrl(run.state.id),
    isContainerServerReady: false,
  });
}
