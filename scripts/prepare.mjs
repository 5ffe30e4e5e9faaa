/** Before `npm start`: installs what is missing, and builds the console. Plain JavaScript that Node 20 runs. */
import { ensureConsoleBuilt } from './build-console.mjs';
import { ensureInstalled } from './install.mjs';

ensureInstalled();
// Without the console the platform works all the same, and says so.
ensureConsoleBuilt();
