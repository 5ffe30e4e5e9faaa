import type { FastifyBaseLogger } from 'fastify';
import { stdSerializers } from 'pino';

/** A URL's path without its query, which may contain a token under a name that can be written in many ways. */
export const pathOf = (url: string): string => url.split(/[?#]/, 1)[0]!;

/** Removes from a text what follows a `?` in anything that looks like a URL's path, and what follows `Bearer`. */
const withoutTokens = (text: string): string =>
  text.replaceAll(/(\/[^\s"'`?]*)\?[^\s"'`)]*/g, '$1?[hidden]').replaceAll(/\bBearer\s+[^\s"',]+/gi, 'Bearer [hidden]');

/**
 * An error as it is logged. Other fields are left out: the error of a malformed request contains everything that was
 * sent. This is not done in a pino serializer, since Fastify replaces that with its own.
 */
function serializedError(error: Error): object {
  const { type, message, stack, code } = stdSerializers.err(error) as unknown as Record<string, string | undefined>;
  return {
    type,
    message: withoutTokens(message ?? ''),
    stack: withoutTokens(stack ?? ''),
    ...(code !== undefined && { code }),
  };
}

type LogArguments = Parameters<FastifyBaseLogger['info']>;

/** Keeps tokens of requests out of the log: Fastify's errors and those thrown in handlers may quote URLs. */
export class TokenFreeLogger implements FastifyBaseLogger {
  readonly #inner: FastifyBaseLogger;

  private constructor(inner: FastifyBaseLogger) {
    this.#inner = inner;
  }

  static over(logger: FastifyBaseLogger): FastifyBaseLogger {
    return new TokenFreeLogger(logger);
  }

  get level() {
    return this.#inner.level;
  }

  set level(level) {
    this.#inner.level = level;
  }

  child(...args: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return new TokenFreeLogger(this.#inner.child(...args));
  }

  silent() {
    // The level at which nothing is logged.
  }

  trace(...args: unknown[]) {
    this.#inner.trace(...cleaned(args));
  }

  debug(...args: unknown[]) {
    this.#inner.debug(...cleaned(args));
  }

  info(...args: unknown[]) {
    this.#inner.info(...cleaned(args));
  }

  warn(...args: unknown[]) {
    this.#inner.warn(...cleaned(args));
  }

  error(...args: unknown[]) {
    this.#inner.error(...cleaned(args));
  }

  fatal(...args: unknown[]) {
    this.#inner.fatal(...cleaned(args));
  }
}

/** Adds a message where there is none, since the logger would then log the error's own message unchanged. */
function cleaned([first, message, ...rest]: unknown[]): LogArguments {
  const texts = rest.map((each) => (typeof each === 'string' ? withoutTokens(each) : each));
  if (typeof first === 'string') {
    const second = typeof message === 'string' ? withoutTokens(message) : message;
    return [withoutTokens(first), ...(message === undefined ? [] : [second]), ...texts] as unknown as LogArguments;
  }
  const error = first instanceof Error ? first : (first as { err?: unknown } | undefined)?.err;
  const text = typeof message === 'string' ? message : error instanceof Error ? error.message : undefined;
  const details =
    error instanceof Error ? { ...(first === error ? {} : (first as object)), err: serializedError(error) } : first;
  return [details, ...(text === undefined ? [] : [withoutTokens(text)]), ...texts] as unknown as LogArguments;
}
