import type { Logger, SerializedError } from 'pino';
import { stdSerializers } from 'pino';

/** A URL's path: its query may hold a token, under a name that is written in many ways. */
export const pathOf = (url: string): string => url.split(/[?#]/, 1)[0]!;

/** Takes out what follows a `?` in anything that looks like a URL's path, and what follows `Bearer`. */
const withoutQueries = (text: string): string =>
  text.replaceAll(/(\/[^\s"'`?]*)\?[^\s"'`)]*/g, '$1?[hidden]').replaceAll(/\bBearer\s+[^\s"',]+/gi, 'Bearer [hidden]');

/**
 * A logger whose lines hold no token of a request: Fastify's own errors quote URLs, and those of broken requests keep the
 * whole of what was sent.
 */
export function withoutTokens(logger: Logger): Logger {
  const err = (error: unknown): unknown => {
    if (!(error instanceof Error)) return error;
    const { type, message, stack, code } = stdSerializers.err(error) as SerializedError & { code?: unknown };
    return {
      type,
      message: withoutQueries(message),
      stack: withoutQueries(stack),
      ...(code !== undefined && { code }),
    };
  };
  return logger.child({}, { serializers: { err } });
}
