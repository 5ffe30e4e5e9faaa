/**
 * Reads the page of each target over HTTP.
 *
 * [crawl-page-1] The items of a target, or its failure, are one commit with the mark that the target is done.
 * [crawl-page-2] A failure that a retry may solve is retried: from a new session if the site blocks, and after a pause if it
 *     is overloaded. An unreadable response is retried too, since it may be damaged.
 */
import { DurableList } from '@wherry/durable/crawlee';
import { type Failure, remedyOf, type TargetKind, type UnreadableEntry } from '@wherry/tiktok';
import { log } from 'crawlee';
import type { CommonInput } from '../input/common-input.ts';
import { proxiesOf } from '../input/proxies.ts';
import { keyOf, type ReadableTarget, type Target, urlOf } from '../input/targets.ts';
import type { Item } from '../items/item.ts';
import { fatalReasonOf, isPause } from '../output/item-output.ts';
import { withMedia } from '../output/media-source.ts';
import { failedInput, refusedInput, unreadableEntry } from '../results/failed-input.ts';
import { Progress } from '../results/progress.ts';
import { type Results, siteIsSilent } from '../results/results.ts';
import { pauseMs } from '../settings.ts';
import { BackOff, backOffLimits } from './back-off.ts';
import type { PageReader } from './readers.ts';
import { RetryLater } from './retry-later.ts';
import { Sessions } from './sessions.ts';
import { Visitor } from './visitor.ts';

/** How the page of a kind of target is read. */
export interface PagePlan<T> {
  readonly read: PageReader<T>;
  /** The event that is charged for each item. */
  readonly event: string;
  items(value: T, target: ReadableTarget): readonly Item[];
  /** Entries of a list in the page that could not be read. Each is a failure. */
  unreadable?(value: T): readonly UnreadableEntry[];
}

export interface PageCrawl {
  readonly input: CommonInput;
  readonly results: Results;
  readonly pages: Readonly<Partial<Record<TargetKind, PagePlan<unknown>>>>;
}

const maxRetries = 8;

export async function crawlPages(given: readonly Target[], crawl: PageCrawl): Promise<void> {
  const { input, results, pages } = crawl;
  // Of targets from several lists of inputs too, each is read once.
  const targets = [...new Map(given.toReversed().map((target) => [keyOf(target), target])).values()].toReversed();
  if (targets.length === 0) results.abandon('The input names nothing to read. Give at least one valid input.');
  const proxies = await proxiesOf(input);
  const backOff = new BackOff(backOffLimits(pauseMs));
  const sessions = new Sessions();
  const progress = new Progress(results, { unit: 'input', total: targets.length });
  const list = new DurableList(targets, {
    keyOf,
    concurrency: input.maxConcurrency ?? 5,
    maxRetries,
    // What is left to the next attempt, or ends the run, is no failure of the input.
    counts: (error) => fatalReasonOf(error) === null && !isPause(error),
    async handle(target) {
      const session = sessions.take();
      try {
        const done = await readTarget(crawl, target, new Visitor({ session, proxies, backOff }));
        if (done === 'full') list.stop();
      } finally {
        sessions.giveBack(session);
      }
    },
    retrying(_target, error) {
      const fatal = fatalReasonOf(error);
      if (fatal !== null) {
        results.abandon(fatal);
        list.stop();
        return;
      }
      if (isPause(error)) return;
      if (error instanceof RetryLater) progress.retrying(error.failure);
      log.warning(`${error.message} It is asked again.`);
      if (!backOff.isExhausted) return;
      results.abandon(siteIsSilent);
      list.stop();
    },
    async failed(target, error) {
      const failure = error instanceof RetryLater ? error.failure : unknownFailure(error);
      await results.fail(failedInput(target.input, urlOf(target), failure));
    },
  });
  const events = new Set(targets.map(({ wanted }) => pages[wanted]!.event));
  if (events.values().every((event) => results.isFull(event))) return;
  const stopReports = progress.report(() => list.doneCount);
  await list.run().finally(stopReports);
}

/** Reads one target in a commit [crawl-page-1]. @throws RetryLater for a failure that a retry may solve [crawl-page-2] */
async function readTarget({ results, pages }: PageCrawl, target: Target, visitor: Visitor): Promise<'done' | 'full'> {
  if ('refusal' in target) return refuse(results, target, target.refusal);
  const plan = pages[target.wanted]!;
  const reading = await plan.read(target.address, visitor.ask);
  visitor.take(reading);
  if (reading.kind === 'refused') return refuse(results, target, reading.message);
  if (reading.kind !== 'found') {
    if (remedyOf(reading.kind) !== 'nothing') throw new RetryLater(reading, urlOf(target));
    await results.fail(failedInput(target.input, urlOf(target), reading));
    return 'done';
  }
  if (reading.unread.length > 0) log.warning(`${urlOf(target)}: could not read ${reading.unread.join(', ')}.`);
  for (const entry of plan.unreadable?.(reading.value) ?? [])
    await results.fail(failedInput(target.input, urlOf(target), unreadableEntry(entry)));
  const items = plan.items(reading.value, target);
  const { isFull } = await withMedia(visitor.media, () => results.give(plan.event, items));
  return isFull ? 'full' : 'done';
}

async function refuse(results: Results, { input }: Target, message: string): Promise<'done'> {
  await results.fail(refusedInput(input, message));
  return 'done';
}

/** The failure of an input for any other error, even one of this program or of the platform. */
const unknownFailure = ({ message }: Error): Failure => ({ kind: 'unavailable', code: null, message });
