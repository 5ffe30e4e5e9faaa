/**
 * One opening of a page in order to read a list of it.
 *
 * V2: the page is made to ask for more only when all that has come is committed, so at most one answer is in hand.
 * V4: every visit ends: by the list's end, a failure, a stop, or its time.
 * V5: a visit that brings nothing after it was shown what came before is counted, for the page may not go on behind it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Captured, checkLanding, type Failure, failed, pageUrlsOf, remedyOf } from '@wherry/tiktok';
import type { Page } from 'playwright-core';
import { siteUrl } from '../settings.ts';
import { type Arrival, Arrivals } from './arrivals.ts';
import { Gestures } from './gestures.ts';
import type { ListJob } from './job.ts';
import { installRoutes } from './list-routes.ts';
import type { ListStore } from './list-store.ts';
import { openPage } from './open-page.ts';
import type { Pace } from './pace.ts';
import { factsOf, type PageReading, type SourceFacts } from './source-facts.ts';
import { type Taking, VisitedLists } from './visited-lists.ts';

export type VisitEnd = { readonly kind: 'over' | 'paused' } | { readonly kind: 'failed'; readonly failure: Failure };

export interface VisitOptions extends Pace {
  /** Whether the process has been told to end. */
  readonly isStopping: () => boolean;
}

const mostIdleRounds = 10;
/** The first back-off is as long as a pause; the last one no longer than this. */
const mostBackOffMs = 30_000;
const mostFailuresInTurn = 4;

export class ListVisit {
  readonly #page: Page;
  readonly #job: ListJob;
  readonly #store: ListStore;
  readonly #options: VisitOptions;
  readonly #facts: SourceFacts;
  readonly #lists: VisitedLists;
  readonly #gestures: Gestures;
  readonly #arrivals: Arrivals;
  #isClosed = false;
  #isAsked = false;
  #wasShown = false;
  #hasGoneOn = false;
  #idleRounds = 0;
  #failuresInTurn = 0;
  #lastFailure: Failure | null = null;

  constructor(page: Page, job: ListJob, store: ListStore, options: VisitOptions) {
    this.#page = page;
    this.#job = job;
    this.#store = store;
    this.#options = options;
    const facts = factsOf(job.source);
    this.#facts = { ...facts, hasHeader: facts.hasHeader && !job.withoutHeader };
    this.#lists = new VisitedLists(job, store);
    this.#gestures = new Gestures(page);
    this.#arrivals = new Arrivals(page, {
      isWanted: ({ list }) => this.#isWanted(list),
      isDetail: (url) => this.#facts.detail !== null && new URL(url).pathname === this.#facts.detail.path,
      answerMs: options.answerMs,
    });
  }

  /** Whether anything was committed. */
  get hasBrought(): boolean {
    return this.#lists.committedCount > 0;
  }

  async run(): Promise<VisitEnd> {
    const endMs = performance.now() + this.#options.visitMs;
    const obstacle = await this.#open();
    if (obstacle !== null) return { kind: 'failed', failure: obstacle };
    // V4
    while (!this.#isOver) {
      if (this.#options.isStopping() || performance.now() > endMs) return { kind: 'paused' };
      const arrival = await this.#askForMore();
      const taking = arrival === null ? await this.#idle() : await this.#take(arrival);
      const failure = await this.#weigh(taking);
      if (failure !== null) return this.#fail(failure);
    }
    return { kind: 'over' };
  }

  /** V5 */
  async #fail(failure: Failure): Promise<VisitEnd> {
    if (this.#wasShown && !this.hasBrought) await this.#store.countRefusal(this.#job);
    return { kind: 'failed', failure };
  }

  #isWanted(list: Parameters<SourceFacts['matches']>[0]): boolean {
    return list.kind === 'replies' ? this.#lists.pendingBranches.includes(list.commentId) : this.#facts.matches(list);
  }

  get #isOver(): boolean {
    if (this.#store.isOver(this.#job)) return true;
    const hasAll = !this.#facts.hasHeader || this.#lists.list?.hasHeader === true;
    const isRead = !this.#facts.hasList || this.#isClosed || this.#lists.mainEnd !== null;
    return hasAll && isRead && this.#lists.pendingBranches.length === 0;
  }

  async #open(): Promise<Failure | null> {
    const { cookies = null } = this.#lists.list ?? {};
    if (cookies !== null) await this.#page.context().addCookies(JSON.parse(cookies));
    const shown = (list: Parameters<VisitedLists['shownFor']>[0]) => this.#lists.shownFor(list);
    await installRoutes(this.#page, { isWanted: ({ list }) => this.#isWanted(list), shown }, this.#arrivals);
    let failure: Failure | null = null;
    // An account's id is known to one page or the other.
    for (const url of pageUrlsOf(this.#job.address, siteUrl)) {
      failure = await this.#openAt(url);
      if (failure === null || remedyOf(failure.kind) !== 'nothing') break;
    }
    const { opening } = this.#facts;
    if (failure !== null || opening === null || this.#isOver || (await this.#gestures.open(opening))) return failure;
    return (await this.#gestures.showsCaptcha()) ? captcha : failed('incomplete', `the page has no ${opening[0]}`);
  }

  async #openAt(url: string): Promise<Failure | null> {
    const opened = await openPage(this.#page, url, this.#options.answerMs);
    if (opened.kind !== 'open') return opened;
    const reading = this.#read(opened.captured);
    if (reading.kind !== 'read') return reading;
    this.#isClosed = reading.isClosed;
    if (reading.first !== undefined) await this.#lists.takeFirst(reading.first);
    const { hasHeader } = this.#facts;
    if (hasHeader && reading.header !== null && this.#lists.list?.hasHeader !== true) {
      await this.#store.commitHeader(this.#job, reading.header);
    }
    return null;
  }

  #read(captured: Captured): PageReading {
    const { target, read } = this.#facts;
    if (this.#job.address.kind !== 'short_link' || target === null) return read(captured, this.#job.address);
    const landing = checkLanding(captured.url, target, { siteUrl });
    return landing.kind === 'refused' ? failed('not_found', landing.message) : read(captured, landing.address);
  }

  /** V2 */
  async #askForMore(): Promise<Arrival | null> {
    const { idleMs, answerMs, pauseMs } = this.#options;
    const waiting = await this.#arrivals.next(0, answerMs);
    if (waiting !== null) return waiting;
    if (this.#hasGoneOn) await delay(pauseMs);
    await this.#makeItAsk();
    return this.#arrivals.next(idleMs, answerMs);
  }

  /** A click that comes before the page's script is ready is lost, so it is made again as long as nothing was asked. */
  async #makeItAsk(): Promise<void> {
    const { opening } = this.#facts;
    if (opening !== null && !this.#isAsked && this.#idleRounds > 0) await this.#gestures.open(opening);
    const wantsReplies = this.#lists.pendingBranches.length > 0;
    if (!wantsReplies || !(await this.#gestures.askForReplies())) await this.#gestures.scroll();
  }

  async #take(arrival: Arrival): Promise<Taking> {
    // What was declined is nothing that anybody waits for.
    if (arrival.kind !== 'declined') this.#idleRounds = 0;
    switch (arrival.kind) {
      case 'shown':
        this.#wasShown = true;
        this.#isAsked = true;
        return { kind: 'skipped' };
      case 'declined':
        if (arrival.recognised.list.kind === 'replies') await this.#gestures.finishReplies();
        return { kind: 'skipped' };
      case 'broken':
        return { kind: 'failed', failure: arrival.failure };
      case 'detail':
        return this.#takeDetail(arrival);
      case 'answer':
        return this.#takeAnswer(arrival);
    }
  }

  async #takeDetail({ captured }: Arrival & { kind: 'detail' }): Promise<Taking> {
    const outcome = this.#facts.detail!.parse(captured);
    if (outcome.kind !== 'found') return { kind: 'failed', failure: outcome };
    const isNew = this.#facts.hasHeader && this.#lists.list?.hasHeader !== true;
    if (isNew) await this.#store.commitHeader(this.#job, outcome.value);
    return { kind: 'taken' };
  }

  async #takeAnswer(arrival: Arrival & { kind: 'answer' }): Promise<Taking> {
    const { list } = arrival.recognised;
    const isBranch = list.kind === 'replies';
    this.#isAsked = true;
    const taking = await this.#lists.take(arrival, () => this.#cookies());
    this.#hasGoneOn = true;
    if (isBranch && taking.kind === 'failed' && remedyOf(taking.failure.kind) === 'nothing') {
      await this.#store.dropBranch(this.#job, list.commentId);
      await this.#gestures.finishReplies();
      return { kind: 'ended' };
    }
    if (isBranch && taking.kind === 'ended') await this.#gestures.finishReplies();
    return taking;
  }

  /** Feeds go on for a visitor, whom the site knows by its cookies. */
  async #cookies(): Promise<string | null> {
    if (!['recommended', 'explored'].includes(this.#job.source.kind)) return null;
    return JSON.stringify(await this.#page.context().cookies());
  }

  async #idle(): Promise<Taking> {
    this.#idleRounds += 1;
    if (this.#idleRounds < mostIdleRounds) return { kind: 'skipped' };
    if (await this.#gestures.showsCaptcha()) return { kind: 'left', failure: captcha };
    return { kind: 'left', failure: this.#lastFailure ?? asksForNothing };
  }

  /** Answers the failure that ends the visit; waits where that may help. */
  async #weigh(taking: Taking): Promise<Failure | null> {
    if (taking.kind === 'left') return taking.failure;
    if (taking.kind !== 'failed') {
      if (taking.kind !== 'skipped') {
        this.#failuresInTurn = 0;
        this.#lastFailure = null;
      }
      return null;
    }
    this.#failuresInTurn += 1;
    this.#lastFailure = taking.failure;
    const remedy = remedyOf(taking.failure.kind);
    const isFinal = remedy === 'nothing' || remedy === 'new_session' || this.#failuresInTurn >= mostFailuresInTurn;
    if (isFinal) return taking.failure;
    await delay(Math.min(mostBackOffMs, this.#options.pauseMs * 2 ** this.#failuresInTurn));
    return null;
  }
}

const asksForNothing = failed('incomplete', 'the page asks for nothing more, though more should follow');
const captcha = failed('captcha', 'TikTok asks for a captcha');
