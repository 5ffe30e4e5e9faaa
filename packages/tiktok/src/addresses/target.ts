/**
 * Targets as users write them: URLs, ids and names.
 *
 * [target-1] A target of another kind is refused with a message that says what it is.
 * [target-2] A short link is accepted for every kind; where it leads must be checked with `checkLanding`.
 */
import { type Address, type AddressKind, addressNames } from './address.ts';
import { type AddressOptions, addressOfUrl } from './address-of-url.ts';
import { bareAddressOf, type TargetKind, targetNames, wantedKinds } from './target-kind.ts';

export type TargetReading =
  | { readonly kind: 'target'; readonly address: Address }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly message: string };

export type RefusalReason = 'empty' | 'foreign_url' | 'unknown_url' | 'wrong_kind' | 'not_readable';

export function parseTarget(text: string, wanted: TargetKind, options: AddressOptions = {}): TargetReading {
  const trimmed = text.trim();
  if (trimmed === '') return refuse('empty', `The target is empty. Give ${targetNames[wanted]}.`);
  const reading = addressOfUrl(trimmed, options);
  switch (reading.kind) {
    case 'address':
      return reading.address.kind === 'short_link'
        ? { kind: 'target', address: reading.address }
        : checkKind(trimmed, reading.address, wanted);
    case 'foreign':
      return refuse('foreign_url', `${quoted(trimmed)} is not a TikTok URL: its host is ${reading.host}.`);
    case 'unknown':
      return refuse(
        'unknown_url',
        `${quoted(trimmed)} is a TikTok URL of an unknown kind. Give ${targetNames[wanted]}.`,
      );
    case 'no_url':
      return ofBareText(trimmed, wanted);
  }
}

/** Checks whether the page that a short link has led to is of the wanted kind [target-2]. */
export function checkLanding(url: string, wanted: TargetKind, options: AddressOptions = {}): TargetReading {
  const reading = parseTarget(url, wanted, options);
  if (reading.kind === 'refused' || reading.address.kind !== 'short_link') return reading;
  return refuse('unknown_url', `${quoted(url)} is a short link that leads to itself.`);
}

function checkKind(text: string, address: Address, wanted: TargetKind): TargetReading {
  const kinds: readonly AddressKind[] = wantedKinds[wanted];
  if (kinds.includes(address.kind)) return { kind: 'target', address };
  // Names both kinds [target-1].
  const message = `${quoted(text)} is ${addressNames[address.kind]} where ${addressNames[kinds[0]!]} was expected.`;
  return refuse('wrong_kind', message);
}

function ofBareText(text: string, wanted: TargetKind): TargetReading {
  const address = bareAddressOf(text, wanted);
  if (address !== null) return { kind: 'target', address };
  return refuse('not_readable', `${quoted(text)} cannot be read as ${targetNames[wanted]}.`);
}

const refuse = (reason: RefusalReason, message: string): TargetReading => ({ kind: 'refused', reason, message });

/** Shortens long texts, which users may paste by mistake: messages go into logs and datasets. */
const quoted = (text: string): string => `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
