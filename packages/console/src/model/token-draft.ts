/** What is chosen for a new token, and what is sent of it. Pure; times in ms since 1970. */

type Scope = 'read' | 'run' | 'manage';

export interface TokenDraft {
  readonly name: string;
  /** Undefined for the caller. */
  readonly user?: string;
  readonly scopes: readonly Scope[];
  readonly isLimited: boolean;
  /** Ids or names, by commas or lines. */
  readonly actors: string;
  readonly storages: string;
  readonly runs: string;
  readonly startsFull: boolean;
  /** How many days it lasts; empty for no end. */
  readonly days: string;
}

export const newToken: TokenDraft = {
  name: '',
  scopes: ['manage'],
  isLimited: false,
  actors: '',
  storages: '',
  runs: '',
  startsFull: false,
  days: '90',
};

export const scopeTexts: readonly { readonly scope: Scope; readonly title: string; readonly about: string }[] = [
  { scope: 'manage', title: 'Manage', about: 'everything that the user may do' },
  { scope: 'run', title: 'Run', about: 'start runs, and abort, reboot, resurrect or move them' },
  { scope: 'read', title: 'Read', about: 'calls that only read' },
];

const namesOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

interface TokenBody {
  readonly name: string;
  readonly user?: string;
  readonly scopes: Scope[];
  readonly resources?: { actors: string[]; storages: string[]; runs: string[] };
  readonly startsFull?: boolean;
  readonly expiresAt: string | null;
}

const dayMs = 86_400_000;

export function tokenBodyOf(draft: TokenDraft, nowMs: number): TokenBody {
  const { name, user, scopes, isLimited, startsFull, days } = draft;
  const resources = {
    actors: namesOf(draft.actors),
    storages: namesOf(draft.storages),
    runs: namesOf(draft.runs),
  };
  return {
    name: name.trim(),
    ...(user !== undefined && user !== '' && { user }),
    scopes: [...scopes],
    ...(isLimited && { resources }),
    ...(startsFull && hasLimits(draft) && { startsFull }),
    expiresAt: days.trim() === '' ? null : new Date(nowMs + Number(days) * dayMs).toISOString(),
  };
}

/** Whether it may do less than its user. */
export const hasLimits = ({ scopes, isLimited }: Pick<TokenDraft, 'scopes' | 'isLimited'>): boolean =>
  isLimited || !scopes.includes('manage');

/** Why it cannot be made; undefined when it can. */
export function tokenError(draft: TokenDraft): string | undefined {
  if (draft.name.trim() === '') return 'Give it a name that says who uses it.';
  if (draft.scopes.length === 0) return 'Choose what it may do.';
  if (draft.isLimited && namesOf(`${draft.actors} ${draft.storages} ${draft.runs}`).length === 0) {
    return 'Name what it is limited to.';
  }
  const days = Number(draft.days);
  if (draft.days.trim() !== '' && !(days > 0 && days <= 36_500))
    return 'Say how many days it lasts, or leave that empty.';
  return undefined;
}

interface LimitedToken {
  readonly scopes: readonly string[];
  readonly resources: {
    readonly actors?: readonly string[];
    readonly storages?: readonly string[];
    readonly runs?: readonly string[];
  } | null;
}

/** What a token may do, in words: `Read, run · 1 Actor`. */
export function tokenScopeText({ scopes, resources }: LimitedToken): string {
  const text = scopes.join(', ');
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  if (resources === null) return first;
  const { actors = [], storages = [], runs = [] } = resources;
  const parts = [
    actors.length > 0 && `${actors.length} ${actors.length === 1 ? 'Actor' : 'Actors'}`,
    storages.length > 0 && `${storages.length} ${storages.length === 1 ? 'storage' : 'storages'}`,
    runs.length > 0 && `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`,
  ].filter(Boolean);
  return `${first} · ${parts.join(', ') || 'nothing'} only`;
}
