/** The SDK's `persistState`: each minute, and before the process moves or ends by `Actor.exit()`. */
import { createRequire } from 'node:module';

type Listener = () => Promise<void>;

const listeners = new Set<Listener>();
let isListening = false;

/** Calls `listener` at each event from now on; where the SDK is not in use, never. Answers what ends it. */
export function onPersistState(listener: Listener): () => void {
  listeners.add(listener);
  if (!isListening && isSdkLoaded()) {
    isListening = true;
    listen().catch(() => undefined);
  }
  return () => void listeners.delete(listener);
}

/** To load it takes a second, during which a program that has no use for it would stand still. */
const isSdkLoaded = (): boolean =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => /[/\\]apify[/\\]dist[/\\]actor\.js$/.test(file));

/** The SDK waits for what its listeners answer. */
async function listen(): Promise<void> {
  const { Actor } = await import('apify');
  Actor.on('persistState', () => Promise.all([...listeners].map((each) => each())));
}
