/** Rotates the secrets of a data folder again and again until it is killed: `node rotation-process.ts DATA-FOLDER`. */
import { rotatePlatformSecrets } from '../src/index.ts';

const [, , dataFolder] = process.argv as [string, string, string];
for (;;) {
  rotatePlatformSecrets({ dataFolder });
  process.stdout.write('rotated\n');
}
