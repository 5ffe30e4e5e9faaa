/** The SDK's `persistState`: each minute, and before the process moves or ends by `Actor.exit()`. */

type Listener = () => Promise<void>;

const listeners = new Set<Listener>();
let isListening = false;

/** Calls `listener` at each event from now on; where there is no SDK, never. Answers what ends it. */
export function onPersistState(listener: Listener): () => void {
  listeners.add(listener);
  if (!isListening) listen().catch(() => undefined);
  isListening = true;
  return () => void listeners.delete(listener);
}

/** The SDK is loaded only when somebody wants to know. It waits for what its listeners answer. */
async function listen(): Promise<void> {
  const { Actor } = await import('apify');
  Actor.on('persistState', () => Promise.all([...listeners].map((each) => each())));
}
