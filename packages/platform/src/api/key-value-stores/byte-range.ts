/** Parts of a record, as browsers ask for them to play and seek films and sound (RFC 9110, section 14). */
import type { FastifyReply } from 'fastify';
import parseRange from 'range-parser';
import { Refusal } from '../../shared/errors.ts';

/** The first and the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What the header fields of a call say about the part that it wants. */
export interface RangeFields {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | string[] | undefined;
}

/**
 * The part of a record that a call wants. Undefined for the whole: that is the answer to no range, to several ones, and to what
 * is no range at all. A record has no validator, so that `If-Range` never fits, and gets the whole too.
 * @param bytes the length of the record
 * @throws Refusal 416 `range-not-satisfiable`, with the length in the response
 */
export function rangeOf(reply: FastifyReply, fields: RangeFields, bytes: number): ByteRange | undefined {
  const { range } = fields;
  if (range === undefined || fields['if-range'] !== undefined) return undefined;
  const parsed = parseRange(bytes, range);
  if (parsed === -1) {
    reply.header('content-range', `bytes */${bytes}`);
    throw new Refusal(
      416,
      'range-not-satisfiable',
      `The record has ${bytes} bytes, and "${range}" is beyond its end. Ask for less, or leave out "Range".`,
    );
  }
  return parsed === -2 || parsed.type !== 'bytes' || parsed.length !== 1 ? undefined : parsed[0];
}
