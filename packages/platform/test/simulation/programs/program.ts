import type { ActorEvent } from '../../../src/events/event-hub.ts';
import type { Answer, Call } from '../call.ts';
import type { RunData, Write } from '../run-data.ts';

/** What runs in a simulated container. Its memory ends with it; what it must keep it saves. */
export abstract class Program {
  abstract readonly name: string;
  /** Whether it comes to an end by itself, in every history. */
  readonly canEnd: boolean = true;
  /** Calls that it makes now, and after a pause. */
  readonly outbox: Call[] = [];
  readonly laterBox: Call[] = [];
  exitCode: number | undefined;

  abstract start(): void;
  abstract heard(event: ActorEvent): void;
  /** What was asked for is done. */
  protected abstract done(call: Call, value: Extract<Answer, { kind: 'done' }>['value']): void;

  answered(call: Call, answer: Answer): void {
    if (answer.kind === 'done') this.done(call, answer.value);
    else if (answer.kind === 'refused' && answer.type === 'attempt-fenced') this.fenced();
    else this.failed(call, answer);
  }

  /** As the clients do: what failed is sent again, whether it had an effect or not. */
  protected failed(call: Call, _answer: Answer): void {
    this.laterBox.push(call);
  }

  protected fenced(): void {
    this.exitCode = 91;
  }

  protected ask(kind: Exclude<Call['kind'], 'write'>): void {
    this.outbox.push({ kind });
  }

  protected write(write: Write): void {
    this.outbox.push({ kind: 'write', write });
  }
}

export const stateOf = (value: unknown): readonly string[] => (value as RunData).state;
