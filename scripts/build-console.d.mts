/** Returns whether the built console is there. */
export function ensureConsoleBuilt(): boolean;
