/** What the command palette finds, and in which order. Pure. */

export type EntryKind =
  | 'Page'
  | 'Actor'
  | 'Run'
  | 'Task'
  | 'Schedule'
  | 'Dataset'
  | 'Key-value store'
  | 'Request queue'
  | 'Action';

export interface Entry {
  /** Unique; kept for the recent ones. */
  readonly id: string;
  readonly kind: EntryKind;
  readonly title: string;
  /** Said beside the title: a key, a state, whose it is. */
  readonly note?: string;
  /** Also found by these, such as an id. */
  readonly words?: readonly string[];
  /** Shown only when it is searched for. */
  readonly isHidden?: boolean;
  /** Where it leads, below `/console`; what has none is an action. */
  readonly path?: string;
}

/**
 * How well a text fits what is typed: each of its letters in order, better at starts of words and next to each other.
 * Undefined when it does not fit.
 */
export function fuzzyScore(typed: string, text: string): number | undefined {
  const wanted = typed.toLowerCase().replaceAll(/\s+/g, '');
  if (wanted === '') return 0;
  const given = text.toLowerCase();
  const whole = given.indexOf(typed.toLowerCase().trim());
  if (whole >= 0) return 1000 + (isWordStart(text, whole) ? 500 : 0) - whole - text.length / 100;
  // To prefer starts of words may skip a letter that is needed.
  const score = walk(wanted, text, given, true) ?? walk(wanted, text, given, false);
  return score === undefined ? undefined : score - text.length / 100;
}

function walk(wanted: string, text: string, given: string, prefersStarts: boolean): number | undefined {
  let score = 0;
  let next = 0;
  for (const letter of wanted) {
    const isInRow = next > 0 && given.startsWith(letter, next);
    const start = prefersStarts ? startOfWord(text, given, letter, next) : undefined;
    const at = isInRow ? next : (start ?? given.indexOf(letter, next));
    if (at < 0) return undefined;
    // The next letter in a row is as good as the start of a word.
    score += isInRow ? 12 : isWordStart(text, at) ? 10 : 1;
    next = at + letter.length;
  }
  return score;
}

function startOfWord(text: string, given: string, letter: string, from: number): number | undefined {
  for (let at = given.indexOf(letter, from); at >= 0; at = given.indexOf(letter, at + 1)) {
    if (isWordStart(text, at)) return at;
  }
  return undefined;
}

const isWordStart = (text: string, at: number): boolean =>
  at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]!) || (/\p{Ll}/u.test(text[at - 1]!) && /\p{Lu}/u.test(text[at]!));

function scoreOf(entry: Entry, typed: string): number | undefined {
  const inTitle = fuzzyScore(typed, entry.title);
  const inWords = (entry.words ?? []).map((word) =>
    word.toLowerCase().startsWith(typed.toLowerCase().trim()) ? 900 : undefined,
  );
  const scores = [inTitle, ...inWords].filter((score) => score !== undefined);
  return scores.length === 0 ? undefined : Math.max(...scores);
}

export interface EntryGroup {
  readonly value: string;
  readonly items: readonly Entry[];
}

const kinds: readonly { readonly kind: EntryKind; readonly title: string }[] = [
  { kind: 'Page', title: 'Pages' },
  { kind: 'Actor', title: 'Actors' },
  { kind: 'Run', title: 'Runs' },
  { kind: 'Task', title: 'Tasks' },
  { kind: 'Schedule', title: 'Schedules' },
  { kind: 'Dataset', title: 'Datasets' },
  { kind: 'Key-value store', title: 'Key-value stores' },
  { kind: 'Request queue', title: 'Request queues' },
  { kind: 'Action', title: 'Actions' },
];

const mostOfKind = 6;

/** What is shown for what is typed: the groups whose best entry fits best come first. Without it, recent ones, pages and actions. */
export function foundEntries(entries: readonly Entry[], typed: string, recentIds: readonly string[]): EntryGroup[] {
  if (typed.trim() === '') return entriesAtFirst(entries, recentIds);
  const scored = [...entries, ...idEntries(typed)].flatMap((entry) => {
    const score = scoreOf(entry, typed);
    // What was used before wins among equals.
    return score === undefined ? [] : [{ entry, score: score + (recentIds.includes(entry.id) ? 50 : 0) }];
  });
  return kinds
    .map(({ kind, title }) => ({
      value: title,
      scored: scored.filter(({ entry }) => entry.kind === kind).toSorted((one, other) => other.score - one.score),
    }))
    .filter((group) => group.scored.length > 0)
    .toSorted((one, other) => other.scored[0]!.score - one.scored[0]!.score)
    .map((group) => ({ value: group.value, items: group.scored.slice(0, mostOfKind).map(({ entry }) => entry) }));
}

function entriesAtFirst(entries: readonly Entry[], recentIds: readonly string[]): EntryGroup[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const recent = recentIds.flatMap((id) => byId.get(id) ?? []);
  const others = entries.filter(({ id, kind }) => (kind === 'Page' || kind === 'Action') && !recentIds.includes(id));
  return [
    { value: 'Recent', items: recent },
    { value: 'Pages', items: others.filter(({ kind }) => kind === 'Page') },
    { value: 'Actions', items: others.filter(({ kind, isHidden }) => kind === 'Action' && !isHidden) },
  ].filter(({ items }) => items.length > 0);
}

/** Ids of the platform and of Apify. */
const idForm = /^[A-Za-z0-9]{17}$/;

const idTargets: readonly { readonly kind: EntryKind; readonly path: string }[] = [
  { kind: 'Run', path: '/runs' },
  { kind: 'Actor', path: '/actors' },
  { kind: 'Dataset', path: '/datasets' },
  { kind: 'Key-value store', path: '/key-value-stores' },
  { kind: 'Request queue', path: '/request-queues' },
];

/** An id may be of anything, and old things are in no list: each of its pages is offered. */
function idEntries(typed: string): Entry[] {
  const id = typed.trim();
  if (!idForm.test(id)) return [];
  return idTargets.map(({ kind, path }) => ({
    id: `${kind}-by-id`,
    kind,
    title: `${kind} ${id}`,
    note: 'by its id',
    path: `${path}/${id}`,
  }));
}

const mostRecent = 8;

/** The recent ones after another was chosen, the newest first. */
export const withRecent = (recentIds: readonly string[], id: string): readonly string[] =>
  [id, ...recentIds.filter((each) => each !== id)].slice(0, mostRecent);
