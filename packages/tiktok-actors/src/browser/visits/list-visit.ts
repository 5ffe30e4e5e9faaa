/**
 * One opening of a page, to read a list from it. In this folder is all that belongs to a visit: requests, responses, gestures
 * and waiting.
 *
 * [visit-2] The page is made to load more only after everything that arrived is committed, so at most one response is in
 *     flight.
 * [visit-4] Every visit ends: at the list's end, by a failure, by a stop, or after its time.
 * [visit-5] A visit that commits nothing after the page got the stored response is counted, since the page may be unable to
 *     continue after that response.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Failure, failed, type List, type Recognised, remedyOf } from '@wherry/tiktok';
import type { Page } from 'playwright-core';
import type { ListJob } from '../job.ts';
import type { ListStore } from '../lists/list-store.ts';
import { type Taking, VisitedLists } from '../lists/visited-lists.ts';
import { type Arrival, Arrivals } from './arrivals.ts';
import { Gestures } from './gestures.ts';
import { installRoutes } from './list-routes.ts';
import { readPage } from './open-page.ts';
import type { Pace } from './pace.ts';
import { factsOf, type SourceFacts } from './source-facts.ts';
import { VisitPatience } from './visit-patience.ts';

export type VisitEnd = { readonly kind: 'over' | 'paused' } | { readonly kind: 'failed'; readonly failure: Failure };

export interface VisitOptions extends Pace {
  /** Whether the process has been told to end. */
  readonly isStopping: () => boolean;
}

export class ListVisit {
  readonly #page: Page;
  readonly #job: ListJob;
  readonly #store: ListStore;
  readonly #options: VisitOptions;
  readonly #facts: SourceFacts;
  readonly #lists: VisitedLists;
  readonly #gestures: Gestures;
  readonly #arrivals: Arrivals;
  readonly #patience: VisitPatience;
  /** Whether the page shows its list to nobody. */
  #isClosed = false;
  /** Whether a list is that of the page. */
  #owns: (list: List) => boolean = () => true;
  #wasShown = false;
  #hasResponse = false;

  constructor(page: Page, job: ListJob, store: ListStore, options: VisitOptions) {
    this.#page = page;
    this.#job = job;
    this.#store = store;
    this.#options = options;
    const facts = factsOf(job.source);
    this.#facts = {
      ...facts,
      hasHeader: facts.hasHeader && !job.withoutHeader,
      hasList: facts.hasList && job.maxItems > 0,
    };
    this.#lists = new VisitedLists(job, store);
    this.#gestures = new Gestures(page);
    this.#patience = new VisitPatience(options.pauseMs);
    this.#arrivals = new Arrivals(page, {
      isWanted: ({ list }) => this.#isWanted(list),
      isDetail: (url) => this.#facts.detail !== null && new URL(url).pathname === this.#facts.detail.path,
      responseMs: options.responseMs,
    });
  }

  /** Whether the visit has committed anything. */
  get hasCommitted(): boolean {
    return this.#lists.committedCount > 0;
  }

  async run(): Promise<VisitEnd> {
    const endMs = performance.now() + this.#options.visitMs;
    const obstacle = await this.#open();
    if (obstacle !== null) return { kind: 'failed', failure: obstacle };
    // Ends in any case [visit-4].
    while (!this.#isOver) {
      if (this.#options.isStopping() || performance.now() > endMs) return { kind: 'paused' };
      const arrival = await this.#askForMore();
      const failure = await this.#weigh(arrival === null ? await this.#idle() : await this.#take(arrival));
      if (failure !== null) return this.#fail(failure);
    }
    return { kind: 'over' };
  }

  /** Counts a visit that has stalled [visit-5]. */
  async #fail(failure: Failure): Promise<VisitEnd> {
    if (this.#wasShown && !this.hasCommitted) await this.#store.countStalledVisit(this.#job);
    return { kind: 'failed', failure };
  }

  #isWanted(list: List): boolean {
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
    const shown = (recognised: Recognised, isFirst: boolean) => this.#lists.shownFor(recognised, isFirst);
    await installRoutes(this.#page, { isWanted: ({ list }) => this.#isWanted(list), shown }, this.#arrivals);
    const reading = await readPage(this.#page, this.#job, this.#facts, this.#options.responseMs);
    if (reading.kind !== 'read') return reading;
    this.#isClosed = reading.isClosed;
    this.#owns = reading.owns ?? this.#owns;
    if (reading.header !== null) await this.#commitHeader(reading.header);
    if (reading.first !== undefined && this.#facts.hasList) await this.#lists.takeFirst(reading.first);
    const { openings } = this.#facts;
    if (openings.length === 0 || this.#isOver) return null;
    await this.#gestures.closeOverlays();
    const missing = await this.#gestures.open(openings);
    if (missing === null) return null;
    return (await this.#obstacle()) ?? failed('incomplete', `the page has no ${missing.selectors[0]}`);
  }

  async #commitHeader(header: object): Promise<void> {
    const isNew = this.#facts.hasHeader && this.#lists.list?.hasHeader !== true;
    if (isNew) await this.#store.commitHeader(this.#job, header);
  }

  /** Makes the page load more if nothing is waiting [visit-2]. */
  async #askForMore(): Promise<Arrival | null> {
    const { idleMs, responseMs, pauseMs } = this.#options;
    const waiting = await this.#arrivals.next(0, responseMs);
    if (waiting !== null) return waiting;
    if (this.#hasResponse) await delay(pauseMs);
    await this.#makeItAsk();
    return this.#arrivals.next(idleMs, responseMs);
  }

  /** A click before the page's script is ready is lost, so it is repeated until the page has requested something. */
  async #makeItAsk(): Promise<void> {
    const { openings, lateOpenings } = this.#facts;
    const isAsked = this.#wasShown || this.#hasResponse;
    if (!isAsked && this.#patience.isIdle) await this.#gestures.open([...openings, ...lateOpenings]);
    const wantsReplies = this.#lists.pendingBranches.length > 0;
    if (!wantsReplies || !(await this.#gestures.askForReplies())) await this.#gestures.scroll();
  }

  async #take(arrival: Arrival): Promise<Taking> {
    if (arrival.kind === 'declined') return this.#takeDeclined(arrival.recognised.list);
    if (arrival.kind === 'response' && !this.#owns(arrival.recognised.list)) return this.#idle();
    this.#patience.arrived();
    switch (arrival.kind) {
      case 'shown':
        this.#wasShown = true;
        return { kind: 'skipped' };
      case 'broken':
        return { kind: 'failed', failure: arrival.failure };
      case 'detail':
        return this.#takeDetail(arrival);
      case 'response':
        return this.#takeResponse(arrival);
    }
  }

  /** The request was blocked, since the visit does not read its list. */
  async #takeDeclined({ kind }: List): Promise<Taking> {
    if (kind !== 'replies') return this.#idle();
    await this.#gestures.finishReplies();
    return { kind: 'skipped' };
  }

  async #takeDetail({ captured }: Arrival & { kind: 'detail' }): Promise<Taking> {
    // A page that has the header itself may request the detail of something else.
    if (!this.#facts.hasHeader || this.#lists.list?.hasHeader === true) return { kind: 'skipped' };
    const outcome = this.#facts.detail!.parse(captured);
    if (outcome.kind !== 'found') return { kind: 'failed', failure: outcome };
    await this.#commitHeader(outcome.value);
    return { kind: 'taken' };
  }

  async #takeResponse(arrival: Arrival & { kind: 'response' }): Promise<Taking> {
    const { list } = arrival.recognised;
    const taking = await this.#lists.take(arrival, () => this.#cookies());
    this.#hasResponse = true;
    if (list.kind !== 'replies') return taking;
    const isGone = taking.kind === 'failed' && remedyOf(taking.failure.kind) === 'nothing';
    if (isGone) await this.#store.dropBranch(this.#job, list.commentId);
    if (isGone || taking.kind === 'ended') await this.#gestures.finishReplies();
    return isGone ? { kind: 'ended' } : taking;
  }

  /** Feeds continue for a visitor, whom the site knows by its cookies. */
  async #cookies(): Promise<string | null> {
    if (!['recommended', 'explored'].includes(this.#job.source.kind)) return null;
    return JSON.stringify(await this.#page.context().cookies());
  }

  async #idle(): Promise<Taking> {
    const failure = this.#patience.idle();
    if (failure !== null) return { kind: 'left', failure: (await this.#obstacle()) ?? failure };
    await this.#gestures.closeOverlays();
    return { kind: 'skipped' };
  }

  /** The captcha or login popup that covers the page, if there is one. */
  async #obstacle(): Promise<Failure | null> {
    if (await this.#gestures.showsCaptcha()) return captcha;
    return (await this.#gestures.showsLogin()) ? loginWanted : null;
  }

  /** Resolves with the failure that ends the visit, or null. */
  async #weigh(taking: Taking): Promise<Failure | null> {
    if (taking.kind === 'left') return taking.failure;
    if (taking.kind === 'failed') return (await this.#patience.outlasts(taking.failure)) ? null : taking.failure;
    if (taking.kind !== 'skipped') this.#patience.succeeded();
    return null;
  }
}

const captcha = failed('captcha', 'TikTok asks for a captcha');
const loginWanted = failed('login_required', 'TikTok asks for a login, and shows nothing without one');
