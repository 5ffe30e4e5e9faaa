import type { Backend } from './backend.ts';
import { WherryBackend } from './wherry/wherry-backend.ts';

/** Asks the API which of the backends can work here. */
export async function chooseBackend(): Promise<Backend> {
  return WherryBackend.ofEnvironment(process.env);
}
