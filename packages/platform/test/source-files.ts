import { ActorSourceType } from 'apify-client';

/** A version of an Actor with these files. What is not a string is written as JSON. */
export const versionOf = (files: Readonly<Record<string, unknown>>) => ({
  versionNumber: '0.1',
  buildTag: 'latest',
  sourceType: ActorSourceType.SourceFiles as const,
  sourceFiles: Object.entries(files).map(([name, content]) => ({
    name,
    format: 'TEXT' as const,
    content: typeof content === 'string' ? content : JSON.stringify(content),
  })),
});
