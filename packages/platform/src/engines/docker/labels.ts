/**
 * The labels of everything that Wherry creates in Docker, by which the next platform process finds it and leaves
 * everything else alone. Never a secret: everyone who can list containers can read labels.
 */
export const platformLabel = 'wherry.platform';
export const runLabel = 'wherry.run';
export const attemptLabel = 'wherry.attempt';
/** How much a container may write, in MB [isolation-5]. */
export const diskLabel = 'wherry.disk';
export const buildLabel = 'wherry.build';

export const labelsOf = (platformId: string, runId: string, attempt: number): Record<string, string> => ({
  [platformLabel]: platformId,
  [runLabel]: runId,
  [attemptLabel]: String(attempt),
});

/** The prefix of all names that a platform creates. */
export const namePrefix = (platformId: string): string => `wherry-${platformId.slice(0, 8)}`;

/** A filter of the Docker API for what one platform has created. */
export const ofPlatform = (platformId: string) => ({ label: [`${platformLabel}=${platformId}`] });
