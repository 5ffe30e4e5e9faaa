import type { FastifyBaseLogger } from 'fastify';
import { stdSerializers } from 'pino';

/** A URL's path. Its query may hold a token, under a name that can be written in many ways. */
export const pathOf = (url: string): string => url.split(/[?#]/, 1)[0]!;

/** Takes out of a text what follows a `?` in anything that looks like a URL's path, and what follows `Bearer`. */
const withoutTokens = (text: string): string =>
  text.replaceAll(/(\/[^\s"'`?]*)\?[^\s"'`)]*/g, '$1?[hidden]').replaceAll(/\bBearer\s+[^\s"',]+/gi, 'Bearer [hidden]');

/**
 * An error as it goes into a line. What else it holds is left out: the error of a broken request has the whole of what was
 * sent. Done here and not by a serializer, for which Fastify puts its own in place.
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

/** Lets no token of a request into a line of the log: Fastify's own errors, and what fails in a handler, may quote URLs. */
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
    // A level at which nothing is logged.
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

/** Without a message the logger would take the error's own as it is, so it gets one. */
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
