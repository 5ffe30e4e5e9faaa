/**
 * The modules that define the writes of the platform, for the worker thread that carries writes out by their names when
 * the disk is slow. Reads stay on the main thread. `test/write-operations.test.ts` fails when a write is missing.
 */
import '../accounts/audit-log.ts';
import '../accounts/ended-users.ts';
import '../accounts/signatures.ts';
import '../accounts/token-management.ts';
import '../accounts/tokens.ts';
import '../accounts/usage.ts';
import '../accounts/user-limits.ts';
import '../accounts/users.ts';
import '../actors/actors.ts';
import '../actors/env-vars.ts';
import '../actors/versions.ts';
import '../builds/build-ends.ts';
import '../builds/build-queue.ts';
import '../builds/builds.ts';
import '../builds/expired-builds.ts';
import '../builds/input/input-secrets.ts';
import '../proxy/passwords.ts';
import '../proxy/traffic.ts';
import '../runs/operations/charges.ts';
import '../runs/operations/commits.ts';
import '../runs/operations/expired-runs.ts';
import '../runs/operations/item-pushes.ts';
import '../runs/operations/metamorph.ts';
import '../runs/operations/run-creation.ts';
import '../runs/operations/run-deletion.ts';
import '../runs/operations/run-details.ts';
import '../runs/operations/run-store.ts';
import '../runs/supervisor/servers.ts';
import '../schedules/invocations.ts';
import '../schedules/schedules.ts';
import '../storages/datasets/dataset.ts';
import '../storages/erasure.ts';
import '../storages/key-value-stores/record.ts';
import '../storages/request-queues/change.ts';
import '../storages/request-queues/head.ts';
import '../storages/request-queues/lock.ts';
import '../storages/request-queues/queue.ts';
import '../storages/request-queues/reads.ts';
import '../storages/storage-operations.ts';
import '../tasks/tasks.ts';
import '../webhooks/delivery/claims.ts';
import '../webhooks/dispatches.ts';
import '../webhooks/webhooks.ts';
import './health.ts';
