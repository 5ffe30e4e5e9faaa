/** What mends a failure: told by the failure, and by which faults bring it about and which do not. */
import type { FaultKind } from './fault.ts';
import { type Failure, failures } from './finding.ts';
import type { WriteType } from './write.ts';

/** What went wrong over all runs: the kinds of fault by failure. */
export type Symptoms = ReadonlyMap<Failure, ReadonlySet<FaultKind>>;

export interface Advice {
  readonly failure: Failure;
  readonly text: string;
}

const planned: readonly FaultKind[] = ['warm', 'cold'];
const losses: readonly FaultKind[] = ['kill', 'frozen', 'deaf', 'platform-kill'];
const answers: readonly FaultKind[] = ['lost-answer', 'sent-twice'];

export function adviceFor(symptoms: Symptoms, writes: ReadonlySet<WriteType>): Advice[] {
  return failures.flatMap((failure) => {
    const kinds = symptoms.get(failure);
    return kinds === undefined ? [] : advising[failure](kinds, writes).map((text) => ({ failure, text }));
  });
}

type Advising = (kinds: ReadonlySet<FaultKind>, writes: ReadonlySet<WriteType>) => string[];

const advising: Readonly<Record<Failure, Advising>> = {
  lost: (kinds, writes) => [
    ...(hasAny(kinds, planned) ? [writes.has('lock') ? askTheQueue : saveOnPersist] : []),
    ...(hasAny(kinds, losses)
      ? [
          'Something was marked as done before its result was saved, or a state that was kept in memory was lost with it. Put both into one commit: `state.commit((draft, tx) => …)` of @wherry/durable, or `useState` of @wherry/durable in place of the SDK’s.',
        ]
      : []),
    ...(hasAny(kinds, answers) ? [resend] : []),
  ],
  duplicated: (kinds, writes) => [
    ...(hasAny(kinds, planned) ? [saveOnPersist] : []),
    ...(hasAny(kinds, losses) ? [oneCommit(writes)] : []),
    ...(hasAny(kinds, answers) ? [resend] : []),
  ],
  changed: () => [
    'A record counts or gathers what was done, and is not saved together with it. Keep it in a state of @wherry/durable and change it in the commit that it belongs to. If it may differ, as a count of restarts may, set it aside with --ignore.',
  ],
  chargedTwice: () => [
    'Charge in the commit of what is charged for: `tx.charge(event, count)` of @wherry/durable. Without it: give each charge an idempotency key of its own that is the same when it is charged again, e.g. the key of the item (`client.run(id).charge({ eventName, idempotencyKey })`).',
  ],
  startedTwice: () => [
    'Start child runs by a key: `state.call(actor, input, { key })` of @wherry/durable starts one at most, and waits for it again after a restart. Without it: pass an Idempotency-Key, or save the id of the run before anything else.',
  ],
  neverFinished: () => [
    'The Actor does not come to its end after this fault; the log of the run is in the report. Often an error of the API that would pass by itself ends it (let the client retry), or it waits for an event that came to the attempt before.',
  ],
};

const saveOnPersist =
  "Planned handoffs show as well, which need not be. Register `Actor.on('persistState', save)` before the work begins, save there and not on `migrating` alone, read it again at the start, and await every write before the next one.";

const askTheQueue =
  'Planned handoffs lose as well. Once an attempt is told to migrate, `fetchNextRequest()` gives null whatever is in the queue: a loop that ends at null, and then `Actor.exit()`, end the run half-done. Loop until `await queue.isFinished()`, or let a crawler work the queue.';

const resend =
  'A client that hears no answer sends again, and the platform cannot tell that from a second result. Give each write a key (a record with its own key in place of an item, `uniqueKey` for requests, an idempotency key for charges and runs), or use @wherry/durable, whose commits are numbered.';

const oneCommit = (writes: ReadonlySet<WriteType>): string => {
  const mark = writes.has('handled') ? 'the request that is marked handled' : 'the state that says how far it is';
  const fix = writes.has('handled')
    ? '`durableCrawler(crawler)` of @wherry/durable/crawlee makes them one commit; for a queue of your own `tx.markHandled`'
    : '`state.commit((draft, tx) => …)` of @wherry/durable makes them one commit';
  return `The result and ${mark} are written one after the other, and the fault comes in between. ${fix}.`;
};

const hasAny = (kinds: ReadonlySet<FaultKind>, some: readonly FaultKind[]) => some.some((kind) => kinds.has(kind));
