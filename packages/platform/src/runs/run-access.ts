import { defineWrite } from '../database/operation.ts';
import { exec } from '../database/sql.ts';
import { findRunId, type RunAddress } from './run-address.ts';

/** Who may see a run. It is kept and told; one user owns all that is here, so nothing follows from it. */
export const setGeneralAccess = defineWrite(
  'runs.setGeneralAccess',
  function* ({ address, generalAccess }: { address: RunAddress; generalAccess: string }) {
    yield* exec('UPDATE runs SET general_access = ? WHERE id = ?', generalAccess, yield* findRunId(address));
  },
);
