import { ApifyApiError } from 'apify-client';
import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** A command cannot continue. `message` is one line that says what to change. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const badUsage = (message: string): Failure => new Failure(exitCodes.badUsage, message);

/** A refusal by the platform, from Apify's API or Wherry's own. */
export const refused = (statusCode: number, message: string): Failure =>
  new Failure(
    exitCodes.refused,
    statusCode === 401
      ? 'The platform does not accept this token. Pass the token that it printed when it started, with --token or WHERRY_TOKEN.'
      : message,
  );

export const noSuchRun = (id: string): Failure => refused(404, `There is no run "${id}". \`wherry runs\` lists them.`);

export const notReachable = (url: string, cause?: unknown): Failure =>
  new Failure(
    exitCodes.notReachable,
    `No platform responds at ${url}. Start one with \`wherry up\`, or name another with --url or WHERRY_URL.`,
    { cause },
  );

const networkCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_NETWORK',
  'ETIMEDOUT',
]);

/** Whether the network failed, and not the platform. */
export function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined && networkCodes.has(code)) || isNetworkError(error.cause);
}

/** The failure with which a command ends when it throws `error`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ApifyApiError) return refused(error.statusCode, error.message);
  if (error instanceof CommanderError) {
    const isHelp = error.exitCode === 0;
    return new Failure(
      isHelp ? exitCodes.ok : exitCodes.badUsage,
      isHelp ? '' : `${oneLine(error.message)} \`wherry --help\` shows the usage.`,
    );
  }
  return new Failure(exitCodes.fault, `A fault in wherry itself: ${String((error as Error)?.stack ?? error)}`);
}

const oneLine = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/[^.?!)]$/, '$&.');
