import { isDeepStrictEqual } from 'node:util';
import {
  advance,
  beginning,
  type Captured,
  type EndReason,
  type Limits,
  type List,
  type Outcome,
  type Page,
  type Position,
  requestOf,
  requestUrlOf,
} from '@wherry/tiktok';
import { expect } from 'vitest';
import type { TikTokSite } from '../src/index.ts';

export async function capture(url: string, init?: RequestInit): Promise<Captured> {
  const response = await fetch(url, init);
  return { url: response.url, statusCode: response.status, body: await response.text() };
}

export type Parse<T> = (captured: Captured, asked: Position) => Outcome<Page<T>>;

export interface ReadList<T> {
  readonly items: readonly T[];
  readonly reason: EndReason;
  readonly pageCount: number;
}

/** Reads a whole list as an Actor does: asks, parses, and goes on from there. */
export async function readList<T>(
  site: TikTokSite,
  list: List,
  parse: Parse<T>,
  idOf: (item: T) => string,
  limits: Partial<Limits> = {},
): Promise<ReadList<T>> {
  const items: T[] = [];
  let progress = beginning();
  for (;;) {
    const page = found(await askList(site, list, parse, progress.position));
    if (page.unreadable.length > 0) throw new Error(`cannot read ${page.unreadable[0]!.path}`);
    const step = advance(progress, page, idOf, limits);
    items.push(...step.items);
    progress = step.progress;
    if (step.next.kind !== 'ask') return { items, reason: step.next.kind, pageCount: progress.pageCount };
  }
}

export async function askList<T>(
  site: TikTokSite,
  list: List,
  parse: Parse<T>,
  position = beginning().position,
): Promise<Outcome<Page<T>>> {
  const request = requestOf(list, position);
  const init = { method: request.method, body: request.body, headers: { cookie: 'tt_chain_token=one-visitor' } };
  return parse(await capture(requestUrlOf(request, site.url), init), position);
}

/** The value of an outcome from which nothing is missing. */
export function found<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'found') throw new Error(`${outcome.kind}: ${outcome.message}`);
  if (outcome.unread.length > 0) throw new Error(`unread: ${outcome.unread.join(', ')}`);
  return outcome.value;
}

/** One after the other: the machine is small, and the site runs in this process. */
export async function inTurn<T, U>(list: Iterable<T>, make: (each: T) => Promise<U>): Promise<U[]> {
  const made: U[] = [];
  for (const each of list) made.push(await make(each));
  return made;
}

/** As `toEqual`, which takes many times as long, and says what differs. */
export function expectSame(actual: unknown, truth: unknown): void {
  if (!isDeepStrictEqual(actual, truth)) expect(actual).toStrictEqual(truth);
}
