import { fileURLToPath } from 'node:url';

/** Where Node keeps compiled modules between the processes of the tests (`NODE_COMPILE_CACHE`): half of a boot is to compile. */
export const compileCache = fileURLToPath(new URL('../../node_modules/.cache/wherry', import.meta.url));
