/**
 * JSON from outside the platform. Everything that is parsed from a body, a parameter or a source file passes
 * `parseJson`, so that no later step meets a value that it cannot handle.
 *
 * [json-1] nothing accepted is nested more than `maxJsonDepth` levels deep. Walks that call themselves (CSV, `flatten`,
 *     `JSON.stringify`, compiled schemas) run out of stack at some thousand levels, Python's JSON reader at a thousand.
 * [json-2] no accepted number becomes another value: `1e400` is Infinity after it was parsed, and null when it is written.
 */
export const maxJsonDepth = 500;

/** @throws SyntaxError that says what is wrong, as `JSON.parse` does [json-1] [json-2] */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  checkJsonValue(value);
  return value;
}

/** For values that another parser has read. @throws UnusableJson [json-1] [json-2] */
export function checkJsonValue(value: unknown): void {
  const fault = faultOf(value, maxJsonDepth);
  if (fault !== undefined) throw new UnusableJson(fault);
}

/** JSON that is written correctly and still not accepted. Unlike the parser's, its message never quotes the text. */
export class UnusableJson extends SyntaxError {}

/** `levels` is how many levels may begin here, so the walk ends long before the stack does. */
function faultOf(value: unknown, levels: number): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'It has a number that is too large, such as 1e400';
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return `It is nested more than ${maxJsonDepth} levels deep`;
  if (Array.isArray(value)) {
    for (const element of value) {
      const fault = typeof element === 'string' ? undefined : faultOf(element, levels - 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  for (const name in value) {
    const fault = faultOf((value as Record<string, unknown>)[name], levels - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
