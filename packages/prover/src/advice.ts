/** Says how to fix a failure, by the kinds of fault that cause it and by the writes that the Actor makes. */
import { type Failure, failures } from './comparison/finding.ts';
import type { FaultKind } from './faults/fault.ts';
import type { WriteType } from './proxy/write.ts';

/** The failures of all runs, each with the kinds of fault that caused it. */
export type Symptoms = ReadonlyMap<Failure, ReadonlySet<FaultKind>>;

export interface Advice {
  readonly failure: Failure;
  readonly text: string;
}

const handoffs: readonly FaultKind[] = ['warm', 'cold'];
const losses: readonly FaultKind[] = ['kill', 'frozen', 'deaf', 'platform-kill'];
const repetitions: readonly FaultKind[] = ['lost-answer', 'sent-twice'];

export function adviceFor(symptoms: Symptoms, writes: ReadonlySet<WriteType>): Advice[] {
  return failures.flatMap((failure) => {
    const kinds = symptoms.get(failure);
    return kinds === undefined ? [] : textsFor[failure](kinds, writes).map((text) => ({ failure, text }));
  });
}

type TextsFor = (kinds: ReadonlySet<FaultKind>, writes: ReadonlySet<WriteType>) => string[];

const textsFor: Readonly<Record<Failure, TextsFor>> = {
  lost: (kinds, writes) => [
    ...(hasAny(kinds, handoffs) ? [writes.has('lock') ? useIsFinished : saveOnPersistState] : []),
    ...(hasAny(kinds, losses) ? [commitMarkWithResult] : []),
    ...(hasAny(kinds, repetitions) ? [useKeys] : []),
  ],
  duplicated: (kinds, writes) => [
    ...(hasAny(kinds, handoffs) ? [saveOnPersistState] : []),
    ...(hasAny(kinds, losses) ? [commitTogether(writes)] : []),
    ...(hasAny(kinds, repetitions) ? [useKeys] : []),
  ],
  changed: () => [
    'A record counts or collects results, but is not saved together with them. Keep it in a state of @wherry/durable, and change it in the commit of the result. If it may differ, as a count of restarts does, ignore it with --ignore.',
  ],
  chargedTwice: () => [
    'Charge in the commit of the result: `tx.charge(event, count)` of @wherry/durable. Without @wherry/durable, give each charge an idempotency key that is the same when the charge is repeated, e.g. the key of the item (`client.run(id).charge({ eventName, idempotencyKey })`).',
  ],
  startedTwice: () => [
    'Start child runs with a key: `state.call(actor, input, { key })` of @wherry/durable starts at most one run, and waits for the same run after a restart. Without @wherry/durable, send an Idempotency-Key, or save the id of the run before you do anything else.',
  ],
  neverFinished: () => [
    'The Actor does not finish after this fault. The report contains the log of the run. Often a temporary error of the API ends the Actor (let the client retry), or the Actor waits for an event that an earlier attempt received.',
  ],
};

const commitMarkWithResult =
  'Something was marked as done before its result was saved, or state in memory was lost together with the results in it. Put both into one commit: `state.commit((draft, tx) => …)` of @wherry/durable, or use `useState` of @wherry/durable instead of the SDK’s.';

const saveOnPersistState =
  "The Actor also fails in planned handoffs, which is avoidable. Register `Actor.on('persistState', save)` before the work begins, save the state there and not only on `migrating`, load it at the start, and await each write before the next one.";

const useIsFinished =
  'The Actor also loses results in planned handoffs. After an attempt has received `migrating`, `fetchNextRequest()` returns null even if the queue has requests, so a loop that ends at null and then calls `Actor.exit()` ends the run too early. Loop until `await queue.isFinished()`, or let a crawler process the queue.';

const useKeys =
  'A client that receives no response sends the request again, and the platform cannot distinguish it from a second result. Give each write a key (a record with its own key instead of an item, `uniqueKey` for requests, an idempotency key for charges and runs), or use @wherry/durable, whose commits are numbered.';

const commitTogether = (writes: ReadonlySet<WriteType>): string => {
  const mark = writes.has('handled') ? 'the mark that its request is handled' : 'the state that records the progress';
  const fix = writes.has('handled')
    ? 'With `durableCrawler(crawler)` of @wherry/durable/crawlee they are one commit; for a queue of your own use `tx.markHandled`'
    : 'With `state.commit((draft, tx) => …)` of @wherry/durable they are one commit';
  return `The result and ${mark} are two writes, and the fault happens between them. ${fix}.`;
};

const hasAny = (kinds: ReadonlySet<FaultKind>, some: readonly FaultKind[]) => some.some((kind) => kinds.has(kind));
