/**
 * What Wherry writes on what it makes in Docker, so that the next platform process knows it again and leaves all else
 * alone. Never a secret: everybody who may list containers reads labels.
 */
export const platformLabel = 'wherry.platform';
export const runLabel = 'wherry.run';
export const attemptLabel = 'wherry.attempt';
/** In MB: what a container may write [isolation-5]. */
export const diskLabel = 'wherry.disk';
export const buildLabel = 'wherry.build';

export const labelsOf = (platformId: string, runId: string, attempt: number): Record<string, string> => ({
  [platformLabel]: platformId,
  [runLabel]: runId,
  [attemptLabel]: String(attempt),
});

/** With what the names begin of all that a platform makes. */
export const namePrefix = (platformId: string): string => `wherry-${platformId.slice(0, 8)}`;

/** A filter of the Docker API: what one platform has made. */
export const ofPlatform = (platformId: string) => ({ label: [`${platformLabel}=${platformId}`] });
