import { exec, one, type Sql } from '../database/sql.ts';
import type { ActorSettings } from './actor-settings.ts';

/**
 * Puts an Actor into Standby mode when the definition of a new build says so. What its settings say stays, also that it
 * is not.
 */
export function* enterStandbyMode(actorId: string, definition: Readonly<Record<string, unknown>> | null): Sql<void> {
  if (definition?.usesStandbyMode !== true) return;
  const row = yield* one<{ settings_json: string }>('SELECT settings_json FROM actors WHERE id = ?', actorId);
  const settings = JSON.parse(row?.settings_json ?? 'null') as ActorSettings | null;
  if (settings === null || typeof settings.actorStandby?.isEnabled === 'boolean') return;
  const changed: ActorSettings = { ...settings, actorStandby: { ...settings.actorStandby, isEnabled: true } };
  yield* exec('UPDATE actors SET settings_json = ? WHERE id = ?', JSON.stringify(changed), actorId);
}
