import { changed, type Failure, type UnreadableEntry } from '@wherry/tiktok';

/** What is said of an input that gave nothing. */
export interface FailedInput {
  readonly type: 'failed';
  readonly input: string;
  readonly url: string | null;
  /** `wrong_input`, or what the site's answer means. */
  readonly errorCode: Failure['kind'] | 'wrong_input';
  readonly error: string;
  /** TikTok's own code, where it gave one. */
  readonly siteCode: number | null;
  /** Of `changed`: what could not be read. */
  readonly path: string | null;
}

export const failedInput = (input: string, url: string, failure: Failure): FailedInput => ({
  type: 'failed',
  input,
  url,
  errorCode: failure.kind,
  error: failure.message,
  siteCode: failure.code,
  path: failure.kind === 'changed' ? failure.path : null,
});

export const refusedInput = (input: string, message: string): FailedInput => ({
  type: 'failed',
  input,
  url: null,
  errorCode: 'wrong_input',
  error: message,
  siteCode: null,
  path: null,
});

export const unreadableEntry = ({ id, path }: UnreadableEntry): Failure =>
  changed(path, null, `an entry of the list${id === null ? '' : `, ${id},`} cannot be read: ${path}`);
