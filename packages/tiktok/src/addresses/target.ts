/**
 * Targets as users write them: URLs, ids and names, alone or in a text.
 *
 * [target-1] A target of another kind is refused with a message that says what it is, and which forms are accepted.
 * [target-2] A short link is accepted for every kind; where it leads must be checked with `checkLanding`.
 * [target-3] A text between commas or line ends is a target of its own: it is read or refused.
 * [target-4] In a sentence with a URL of the site, only URLs are targets, since any word may be part of the sentence. If no URL
 *     is of the wanted kind, names after `@`, tags after `#` and ids are. A text that consists of URLs and single words is no
 *     sentence.
 */
import { type Address, type AddressKind, addressNames } from './address.ts';
import { type AddressOptions, addressOfUrl } from './address-of-url.ts';
import { bareAddressOf, isUnmistakable, type TargetKind, targetNames, wantedKinds } from './target-kind.ts';
import { cleaned, type Group, groupsOf, type Written } from './written.ts';

export type TargetReading =
  | { readonly kind: 'target'; readonly address: Address }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly message: string };

export type RefusalReason = 'empty' | 'foreign_url' | 'unknown_url' | 'wrong_kind' | 'not_readable' | 'several';

/** A target and the part of the text that names it. */
export interface WrittenTarget {
  readonly text: string;
  readonly reading: TargetReading;
}

export interface TargetsReading {
  /** At least one: a text without targets is refused. */
  readonly targets: readonly WrittenTarget[];
  /** The words and URLs of a sentence that are no targets. */
  readonly unread: readonly string[];
}

/** Reads a text with one target. For a text with several ones use `parseTargets`. */
export function parseTarget(text: string, wanted: TargetKind, options: AddressOptions = {}): TargetReading {
  const [target, ...others] = parseTargets(text, wanted, options).targets;
  if (others.length === 0) return target!.reading;
  return refuse('several', `${quoted(text.trim())} names ${others.length + 1} targets where one was expected.`);
}

/** Reads all targets of a text: a URL, a name or an id, a list of them, or a text around them. */
export function parseTargets(text: string, wanted: TargetKind, options: AddressOptions = {}): TargetsReading {
  const clean = cleaned(text);
  const only = (reading: TargetReading): TargetsReading => ({ targets: [{ text: clean, reading }], unread: [] });
  if (clean === '') return only(refuse('empty', `The target is empty. Give ${targetNames[wanted]}.`));
  const reader = new Reader(wanted, options);
  if (wanted === 'search' || wanted === 'shop_search') return reader.searches(clean);
  const groups = groupsOf(wanted === 'hashtag' || wanted === 'profile' ? withJoinedMarks(clean) : clean);
  if (groups.length === 0) return only(reader.notReadable(clean));
  if (groups.length > 1 || groups[0]!.length > 1) return reader.list(groups, clean);
  const [target, ...others] = reader.read(groups[0]![0]!);
  return others.length > 0 ? { targets: [target!, ...others], unread: [] } : only(target!.reading);
}

/** Checks whether the page that a short link has led to is of the wanted kind [target-2]. */
export function checkLanding(url: string, wanted: TargetKind, options: AddressOptions = {}): TargetReading {
  const reading = parseTarget(url, wanted, options);
  if (reading.kind === 'refused' || reading.address.kind !== 'short_link') return reading;
  return refuse('unknown_url', `${quoted(url)} is a short link that leads to itself.`);
}

/** `# name` and `@ name` are written with a space too. */
const withJoinedMarks = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}_.])([#＃@＠])[^\S\n]+(?=[^\s#＃@＠])/gu, '$1');

class Reader {
  readonly #wanted: TargetKind;
  readonly #options: AddressOptions;

  constructor(wanted: TargetKind, options: AddressOptions) {
    this.#wanted = wanted;
    this.#options = options;
  }

  /** Words to search for may contain commas and are separated by line ends only. */
  searches(text: string): TargetsReading {
    const lines = text.split(/[\n\r]+/).map((line) => line.trim());
    const readings = lines.filter((line) => line !== '').map((line) => this.#search(line));
    return { targets: readings.flatMap(({ targets }) => targets), unread: readings.flatMap(({ unread }) => unread) };
  }

  #search(line: string): TargetsReading {
    const all = groupsOf(line).flat();
    const urls = all.filter((each) => this.#isOfSite(each));
    if (urls.length > 0) return sentence(all, this.#among(urls));
    const reading = all.length === 1 && all[0]!.kind === 'url' ? this.#readUrl(all[0]!.text) : this.#readWord(line);
    return { targets: [{ text: line, reading }], unread: [] };
  }

  list(groups: readonly Group[], text: string): TargetsReading {
    const all = groups.flat();
    const isList = groups.every((group) => group.length === 1 || group.every((each) => this.#isUnmistakable(each)));
    if (!isList && all.some((each) => this.#isOfSite(each))) return sentence(all, this.#inSentence(all));
    const readings = groups.map((group) => this.#group(group, groups.length === 1 ? text : null));
    return { targets: readings.flatMap(({ targets }) => targets), unread: readings.flatMap(({ unread }) => unread) };
  }

  /** A group without URLs of the site, or without other words [target-3]. */
  #group(group: Group, whole: string | null): TargetsReading {
    if (group.length === 1 || group.every((each) => this.#isUnmistakable(each))) {
      return { targets: group.flatMap((each) => this.read(each)), unread: [] };
    }
    const named = this.#among(group.filter((each) => this.#isUnmistakable(each)));
    if (named.some(isFound)) return sentence(group, named.filter(isFound));
    const text = whole ?? group.map((each) => each.text).join(' ');
    return { targets: [{ text, reading: this.notReadable(text) }], unread: [] };
  }

  /** The targets of a sentence with URLs [target-4]. */
  #inSentence(all: Group): readonly WrittenTarget[] {
    const urls = this.#among(all.filter((each) => this.#isOfSite(each)));
    if (urls.some(isFound)) return urls.filter(isFound);
    const words = this.#among(all.filter((each) => each.kind === 'word' && this.#isUnmistakable(each)));
    return words.some(isFound) ? words.filter(isFound) : urls;
  }

  #among = (group: Group): readonly WrittenTarget[] => group.flatMap((each) => this.read(each));

  /** A word has several targets if there are several tags or names in it: `#a#b`. */
  read(written: Written): readonly WrittenTarget[] {
    const { kind, text } = written;
    if (kind === 'url' || isPath(text)) return [{ text, reading: this.#readUrl(text) }];
    return this.#namesIn(text).map((each) => ({ text: each, reading: this.#readWord(each) }));
  }

  #namesIn(text: string): readonly string[] {
    if (this.#wanted !== 'hashtag' || !/^[#＃]/.test(text)) return [text];
    const tags = text.split(/(?=[#＃])/).filter((each) => each.length > 1);
    return tags.length === 0 ? [text] : tags;
  }

  #readUrl(text: string): TargetReading {
    const reading = addressOfUrl(
      isPath(text) ? `https://www.tiktok.com/${text.replace(/^\//, '')}` : text,
      this.#options,
    );
    switch (reading.kind) {
      case 'address':
        return reading.address.kind === 'short_link'
          ? { kind: 'target', address: reading.address }
          : this.#checkKind(text, reading.address);
      case 'foreign':
        return this.#refuse('foreign_url', `${quoted(text)} is not a TikTok URL: its host is ${reading.host}.`);
      case 'unknown':
        return this.#refuse('unknown_url', `${quoted(text)} is a TikTok URL of an unknown kind.`);
      case 'no_url':
        return this.#readWord(text);
    }
  }

  #checkKind(text: string, address: Address): TargetReading {
    const kinds: readonly AddressKind[] = wantedKinds[this.#wanted];
    return kinds.includes(address.kind)
      ? { kind: 'target', address }
      : this.#wrongKind(text, addressNames[address.kind]);
  }

  /** Names both kinds [target-1]. */
  #wrongKind(text: string, found: string): TargetReading {
    const expected = addressNames[wantedKinds[this.#wanted][0]!];
    return this.#refuse('wrong_kind', `${quoted(text)} is ${found} where ${expected} was expected.`);
  }

  #readWord(text: string): TargetReading {
    if (this.#wanted === 'profile' && /^[#＃]./.test(text)) return this.#wrongKind(text, 'a hashtag');
    if (this.#wanted === 'hashtag' && /^[@＠]./.test(text)) return this.#wrongKind(text, 'a username');
    const address = bareAddressOf(text, this.#wanted);
    return address === null ? this.notReadable(text) : { kind: 'target', address };
  }

  notReadable = (text: string): TargetReading =>
    refuse('not_readable', `${quoted(text)} cannot be read as ${targetNames[this.#wanted]}.`);

  #refuse = (reason: RefusalReason, message: string): TargetReading =>
    refuse(reason, `${message} Give ${targetNames[this.#wanted]}.`);

  #isUnmistakable = (written: Written): boolean =>
    this.#isOfSite(written) || (written.kind === 'word' && isUnmistakable(written.text, this.#wanted));

  /** Whether this is a URL of the site, of whatever kind. */
  #isOfSite({ kind, text }: Written): boolean {
    if (kind === 'word') return isPath(text);
    const reading = addressOfUrl(text, this.#options);
    return reading.kind === 'address' || reading.kind === 'unknown';
  }
}

/** The path of an account's page or post without the site: `@name/video/ID`, `/@name`. */
const isPath = (text: string): boolean => /^\/@|^@[^/]+\/\w/.test(text);

const isFound = ({ reading }: WrittenTarget): boolean => reading.kind === 'target';

function sentence(all: Group, targets: readonly WrittenTarget[]): TargetsReading {
  const read = new Set(targets.map(({ text }) => text));
  return { targets, unread: all.map(({ text }) => text).filter((text) => !read.has(text)) };
}

const refuse = (reason: RefusalReason, message: string): TargetReading => ({ kind: 'refused', reason, message });

/** Shortens long texts, which users may paste by mistake: messages go into logs and datasets. */
const quoted = (text: string): string => `"${text.length > 100 ? `${text.slice(0, 100)}…` : text}"`;
