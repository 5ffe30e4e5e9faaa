import { Refusal } from '../../src/shared/errors.ts';

/** The storages of a run, reduced to what the promises are about. Plain data, so that a database can keep it. */
export interface RunData {
  readonly items: readonly { readonly text: string; readonly attempt: number }[];
  /** What the Actor keeps in its `useState`: a list of what it has done. */
  readonly state: readonly string[];
  readonly requests: readonly { readonly id: string; readonly takenBy: number | null; readonly handled: boolean }[];
  /** How many commits there are. */
  readonly commits: number;
}

export type Write =
  | { readonly kind: 'push'; readonly item: string; readonly key: string | null }
  | { readonly kind: 'save'; readonly state: readonly string[] }
  | { readonly kind: 'commit'; readonly sequence: number; readonly items: readonly string[] }
  /** `known`: those that the container has in hand; of another one, whose answer was lost, the lock runs out. */
  | { readonly kind: 'take'; readonly known: readonly string[] }
  | { readonly kind: 'handle'; readonly request: string };

/** What a write is answered with: the request that was taken, how many items there are. Plain JSON. */
export type WriteAnswer = string | number | null;

export const emptyData = (requests: readonly string[]): RunData => ({
  items: [],
  state: [],
  commits: 0,
  requests: requests.map((id) => ({ id, takenBy: null, handled: false })),
});

/** Under which name a write is known, when it is sent again. */
export function keyOf(write: Write): string | undefined {
  if (write.kind === 'push') return write.key ?? undefined;
  return write.kind === 'commit' ? `commit-${write.sequence}` : undefined;
}

/** Pure, so that the model in memory and the real database share it. */
export function applyWrite(data: RunData, attempt: number, write: Write): { data: RunData; answer: WriteAnswer } {
  switch (write.kind) {
    case 'push': {
      const items = [...data.items, { text: write.item, attempt }];
      return { data: { ...data, items }, answer: items.length };
    }
    case 'save':
      return { data: { ...data, state: write.state }, answer: null };
    case 'commit':
      return applyCommit(data, attempt, write);
    case 'take':
      return takeRequest(data, attempt, write.known);
    case 'handle': {
      const requests = data.requests.map((each) => (each.id === write.request ? { ...each, handled: true } : each));
      return { data: { ...data, requests }, answer: null };
    }
  }
}

function applyCommit(data: RunData, attempt: number, { sequence, items }: Extract<Write, { kind: 'commit' }>) {
  const expected = data.commits + 1;
  if (sequence !== expected) throw new Refusal(409, 'commit-out-of-order', `${expected} is next`, { expected });
  const added = items.map((text) => ({ text, attempt }));
  const state = [...data.state, `commit-${sequence}`];
  return { data: { ...data, items: [...data.items, ...added], state, commits: sequence }, answer: sequence };
}

function takeRequest(data: RunData, attempt: number, known: readonly string[]): { data: RunData; answer: WriteAnswer } {
  const free = data.requests.find(({ handled, id }) => !handled && !known.includes(id));
  if (free === undefined) return { data, answer: null };
  const requests = data.requests.map((each) => (each === free ? { ...each, takenBy: attempt } : each));
  return { data: { ...data, requests }, answer: free.id };
}
