/** What `docs/guides/one-machine-to-many.md` has its reader do, in order. */
export interface GuideStep {
  readonly kind: 'once' | 'stays' | 'left' | 'until' | 'cutOff' | 'back' | 'ended';
  /** By the page's names. */
  readonly machines: readonly string[];
  /** The command; empty for what is no command. */
  readonly text: string;
  /** What it writes once it is done, of those that go on; of those that are repeated, a pattern for it. */
  readonly until?: string;
}

const machine = /machine-\d/g;
const events = [
  { pattern: /^machine-\d is cut off$/, kind: 'cutOff' },
  { pattern: /^machine-\d is back$/, kind: 'back' },
  { pattern: /^Wherry is ended$/, kind: 'ended' },
] as const;
const kinds = { 'stays until': 'stays', 'left once': 'left', until: 'until' } as const;

/** @throws Error for a comment that says nothing of this */
export function stepsOf(page: string): GuideStep[] {
  return [...page.matchAll(/<!-- (.*?) -->(?:\n((?: {4}.*\n)+))?/g)].flatMap(([, comment, commands]): GuideStep[] => {
    const event = events.find(({ pattern }) => pattern.test(comment!));
    if (event !== undefined) return [{ kind: event.kind, machines: comment!.match(machine) ?? [], text: '' }];
    const [, on, how, until] = /^on (.*?)(?:, (stays until|left once|until): (.*))?$/.exec(comment!) ?? [];
    if (on === undefined || commands === undefined) throw new Error(`What is "${comment}" to mean?`);
    const kind = how === undefined ? 'once' : kinds[how as keyof typeof kinds];
    return commands
      .trimEnd()
      .split('\n')
      .map((line) => ({
        kind,
        machines: on.match(machine)!,
        text: line.trim(),
        ...(until !== undefined && { until }),
      }));
  });
}
