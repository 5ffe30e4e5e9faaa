import type { World } from '../world/world.ts';
import { detailResponses, listFields, listResponses } from './api.ts';
import { spoil } from './fault-reply.ts';
import { type FaultKind, type FaultOptions, faultOf, isEndless, type ResponseForm } from './faults.ts';
import { pageAt } from './page-router.ts';
import { bodyFields, Query } from './query.ts';
import { json, type Reply } from './reply.ts';
import { ToldCursors } from './told-cursors.ts';
import type { Visits } from './visits.ts';

export interface Asked {
  readonly url: URL;
  readonly body: string;
  /** The visitor, for feeds. */
  readonly visitor: string;
}

export interface Responded {
  readonly reply: Reply;
  readonly fault: FaultKind | null;
  readonly form: ResponseForm;
}

/** The response to a request. Except for the counting it is pure. */
export class Responder {
  readonly #world: World;
  readonly #faults: FaultOptions;
  readonly #visits: Visits;
  readonly #told = new ToldCursors();

  constructor(world: World, faults: FaultOptions, visits: Visits) {
    this.#world = world;
    this.#faults = faults;
    this.#visits = visits;
  }

  respond(asked: Asked): Responded {
    const { pathname, search } = asked.url;
    const name = pathname.replace(/^\/|\/$/g, '');
    const form: ResponseForm = Object.hasOwn(listResponses, name)
      ? 'list'
      : Object.hasOwn(detailResponses, name)
        ? 'detail'
        : 'page';
    const request = `${pathname}${search}${asked.body === '' ? '' : ` ${asked.body}`}`;
    const fault = faultOf(this.#faults, form, request, this.#visits.add(request));
    const reply = this.#replyOf(asked, name, form, fault);
    return { reply: fault === null ? reply : spoil(reply, fault, form), fault, form };
  }

  #replyOf({ url, body, visitor }: Asked, name: string, form: ResponseForm, fault: FaultKind | null): Reply {
    if (form === 'page') return pageAt(this.#world, segmentsOf(url.pathname), url.searchParams);
    const query = new Query([...url.searchParams, ...bodyFields(body)]);
    if (form === 'detail') return json(detailResponses[name]!(this.#world, query));
    const feedOrdinal = this.#visits.feedOrdinalOf(visitor, name);
    // A page of the feed that was lost by a fault is sent again.
    if (fault === null || fault === 'slow') this.#visits.addFeedPage(visitor, name);
    const list = listKeyOf(name, query);
    if (this.#world.cursorsAreBound && !this.#told.isTold(visitor, list, query)) return { ...json({}), body: '' };
    const faults = { repeats: fault === 'repeated_page', isEndless: isEndless(this.#faults, list) };
    const response = listResponses[name]!({ world: this.#world, query, faults, feedOrdinal });
    this.#told.tell(visitor, list, response);
    return json(response);
  }
}

/** The key of a list, which is the same for each of its pages. */
const listKeyOf = (name: string, query: Query): string =>
  [name, ...listFields.map((field) => query.text(field))].join(' ');

function segmentsOf(pathname: string): string[] {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return segments;
  }
}
