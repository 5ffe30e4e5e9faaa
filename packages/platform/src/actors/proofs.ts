/**
 * Published reports of `wherry prove`: the history of an Actor's verdicts. The platform stores a report and reads of it what the
 * list shows; it neither makes nor checks one.
 *
 * [proof-1] an Actor has its newest 100 proofs, and a deleted Actor none.
 */
import { defineEnd, defineRead, defineWrite } from '../database/operation.ts';
import { all, exec, one, type Sql } from '../database/sql.ts';
import { invalidInput, notFound } from '../shared/errors.ts';
import { bodyChecker } from '../shared/schema-check.ts';
import { isoTime } from '../shared/time.ts';
import { findActorId } from './actor-address.ts';

/** [proof-1] */
const mostProofs = 100;

const verdicts = ['safe', 'unsafe', 'unclear'] as const;

/** The fields of a report that the platform reads. */
interface ProofReport {
  readonly format: 1;
  readonly verdict: (typeof verdicts)[number];
  readonly faults: number;
  /** Reports of earlier versions do not have it. */
  readonly failedRuns?: number;
  readonly rows: readonly { readonly failedRuns: number }[];
}

const count = { type: 'integer', minimum: 0, maximum: 1_000_000_000 };

/** @throws Refusal 400 `invalid-input` for what is no report */
export const checkProofBody = bodyChecker<{ readonly report: ProofReport; readonly buildNumber?: string | null }>({
  type: 'object',
  required: ['report'],
  properties: {
    report: {
      type: 'object',
      required: ['format', 'verdict', 'actor', 'seed', 'faults', 'writes', 'rows', 'failing'],
      properties: {
        format: { enum: [1] },
        verdict: { enum: verdicts },
        actor: { type: 'string' },
        seed: { type: 'number' },
        faults: count,
        failedRuns: count,
        writes: { type: 'object' },
        rows: {
          type: 'array',
          items: { type: 'object', required: ['kind', 'runs', 'failedRuns'], properties: { failedRuns: count } },
        },
        failing: { type: 'array' },
      },
    },
    buildNumber: { type: ['string', 'null'], minLength: 1, maxLength: 50 },
  },
});

/** How many runs failed. A report without the number has it by the kind of fault. */
export const failuresOf = ({ failedRuns, rows }: ProofReport): number =>
  failedRuns ?? rows.reduce((sum, row) => sum + row.failedRuns, 0);

interface Row {
  readonly id: string;
  readonly actor_id: string;
  readonly published_at: number;
  readonly verdict: ProofReport['verdict'];
  readonly faults: number;
  readonly failures: number;
  readonly build_number: string | null;
}

const columns = 'id, actor_id, published_at, verdict, faults, failures, build_number';

const apiProof = (row: Row) => ({
  id: row.id,
  actorId: row.actor_id,
  publishedAt: isoTime(row.published_at),
  verdict: row.verdict,
  faults: row.faults,
  failures: row.failures,
  buildNumber: row.build_number,
});

interface NewProof {
  readonly id: string;
  readonly userId: string;
  readonly actor: string;
  readonly verdict: ProofReport['verdict'];
  readonly faults: number;
  readonly failures: number;
  readonly buildNumber: string | null;
  /** JSON, compressed by gzip. */
  readonly report: Uint8Array;
}

/** @throws Refusal 404 for an Actor that is not the user's own; 400 for a build that the Actor does not have */
export const publishProof = defineWrite('proofs.publish', function* (proof: NewProof, { now }) {
  const actorId = yield* findActorId(proof.userId, proof.actor);
  const { buildNumber } = proof;
  if (buildNumber !== null) {
    const build = yield* one('SELECT 1 FROM builds WHERE actor_id = ? AND number = ?', actorId, buildNumber);
    if (build === undefined) {
      throw invalidInput(`The Actor has no build "${buildNumber}". Name one that it has, such as 0.1.7, or none.`);
    }
  }
  yield* exec(
    `INSERT INTO proofs (${columns}, user_id, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    proof.id,
    actorId,
    now,
    proof.verdict,
    proof.faults,
    proof.failures,
    buildNumber,
    proof.userId,
    proof.report,
  );
  yield* exec(
    `DELETE FROM proofs WHERE id IN (SELECT id FROM proofs WHERE actor_id = ?
      ORDER BY published_at DESC, id DESC LIMIT 1000 OFFSET ${mostProofs})`,
    actorId,
  );
  return apiProof(yield* findProof({ userId: proof.userId, proofId: proof.id }));
});

/** The newest first. @throws Refusal 404 for an Actor that is not the user's own */
export const listProofs = defineRead('proofs.list', function* ({ userId, actor }: { userId: string; actor: string }) {
  const actorId = yield* findActorId(userId, actor);
  const rows = yield* all<Row>(
    `SELECT ${columns} FROM proofs WHERE actor_id = ? ORDER BY published_at DESC, id DESC`,
    actorId,
  );
  return rows.map(apiProof);
});

interface ProofAddress {
  readonly userId: string;
  readonly proofId: string;
}

/** @throws Refusal 404 `record-not-found` */
function* findProof({ userId, proofId }: ProofAddress): Sql<Row> {
  const row = yield* one<Row>(`SELECT ${columns} FROM proofs WHERE id = ? AND user_id = ?`, proofId, userId);
  if (row === undefined) throw notFound('Proof', proofId);
  return row;
}

/** With its report, compressed as it was stored. @throws Refusal 404 `record-not-found` */
export const getProof = defineRead('proofs.get', function* (address: ProofAddress) {
  const proof = apiProof(yield* findProof(address));
  const stored = yield* one<{ report: Uint8Array }>('SELECT report FROM proofs WHERE id = ?', proof.id);
  return { proof, report: stored!.report };
});

/** @throws Refusal 404 `record-not-found` */
export const deleteProof = defineEnd('proofs.delete', function* (address: ProofAddress) {
  const { id } = yield* findProof(address);
  yield* exec('DELETE FROM proofs WHERE id = ?', id);
});
