import { existsSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** Earlier names of what is in a data folder. */
const formerJournal = 'requests-in-hand';
const formerRelay = 'events-keeper';

/**
 * Gives the files that an earlier version of Wherry left in the data folder their present names, so that containers that
 * outlive an upgrade keep what belongs to them: the journal of their in-flight requests, and their events websockets.
 * To be called at a start, while the data folder is locked and before anything is read from it.
 */
export function renameFormerFiles(dataFolder: string): void {
  rename(dataFolder, formerJournal, 'in-flight-requests');
  const isRenamed = rename(dataFolder, formerRelay, 'events-relay');
  // The relay of the earlier version keeps running until it has no websocket left, or its folder is missing. With a link
  // under the former name it finds the address of the API and connects its websockets again.
  if (isRenamed) symlinkSync('events-relay', path.join(dataFolder, formerRelay));
}

/** Does nothing when there is nothing under the former name, or something under the present one. */
function rename(dataFolder: string, former: string, present: string): boolean {
  const [from, to] = [path.join(dataFolder, former), path.join(dataFolder, present)];
  if (!existsSync(from) || existsSync(to)) return false;
  renameSync(from, to);
  return true;
}
