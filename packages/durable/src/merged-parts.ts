import type { CommitParts, RequestObject, RequestsPart } from './commit.ts';

/**
 * Merges the parts of several transactions into those of one commit with the same effect [committer-2]: items in order, the
 * last write of each record, the sum of each charge. Requests keep their order at either end of a queue. It makes no
 * difference whether a request is marked as handled before or after another request is added.
 */
export function mergeParts(all: readonly CommitParts[]): CommitParts {
  return {
    items: mergeItems(all),
    records: lastOfEach(all.flatMap(({ records }) => records)),
    requests: mergeRequests(all.flatMap(({ requests }) => requests)),
    charges: sumCharges(all),
  };
}

function mergeItems(all: readonly CommitParts[]): CommitParts['items'] {
  if (all.length === 1 && all[0]!.items.length <= 1) return all[0]!.items;
  const byDataset = grouped(
    all.flatMap(({ items }) => items),
    ({ datasetId }) => datasetId,
  );
  return [...byDataset].map(([datasetId, parts]) => ({
    ...(datasetId !== undefined && { datasetId }),
    items: parts.flatMap(({ items }) => items),
  }));
}

/** `Map.groupBy`, which Node 20 does not have. */
function grouped<Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function lastOfEach(records: CommitParts['records']): CommitParts['records'] {
  if (records.length <= 1) return records;
  return [...new Map(records.map((record) => [JSON.stringify([record.storeId, record.key]), record])).values()];
}

/** Additions come first, so that one commit can add a request and mark it as handled. */
function mergeRequests(parts: readonly RequestsPart[]): RequestsPart[] {
  if (parts.length === 0) return [];
  const marks = grouped(
    parts.filter(({ handled = [] }) => handled.length > 0),
    ({ queueId, clientKey }) => JSON.stringify([queueId, clientKey]),
  );
  return [
    ...additionsOf(parts),
    ...[...marks.values()].map(([first, ...rest]) => ({
      ...(first!.queueId !== undefined && { queueId: first!.queueId }),
      ...(first!.clientKey !== undefined && { clientKey: first!.clientKey }),
      handled: [first!, ...rest].flatMap(({ handled = [] }) => handled),
    })),
  ];
}

/** Joins consecutive additions at the same end of a queue. Others stay apart, since a request keeps its first place. */
function additionsOf(parts: readonly RequestsPart[]): RequestsPart[] {
  const lists = new Map<string | undefined, { forefront: boolean; add: RequestObject[] }[]>();
  for (const { queueId, add = [], forefront = false } of parts) {
    if (add.length === 0) continue;
    const list = lists.get(queueId) ?? [];
    lists.set(queueId, list);
    const last = list.at(-1);
    if (last?.forefront === forefront) for (const request of add) last.add.push(request);
    else list.push({ forefront, add: [...add] });
  }
  return [...lists].flatMap(([queueId, list]) =>
    list.map((addition) => ({ ...(queueId !== undefined && { queueId }), ...addition })),
  );
}

function sumCharges(all: readonly CommitParts[]): CommitParts['charges'] {
  const counts = new Map<string, number>();
  for (const { eventName, count } of all.flatMap(({ charges }) => charges)) {
    counts.set(eventName, (counts.get(eventName) ?? 0) + count);
  }
  return [...counts].map(([eventName, count]) => ({ eventName, count }));
}
