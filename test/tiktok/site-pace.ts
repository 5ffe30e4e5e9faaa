/**
 * How fast the site responds while a run is moved several times. Between two moves it gives a few responses for each look at the
 * run, and while a move takes its time it gives few: however slow the machine is, the run does not end before its last move.
 */
export class SitePace {
  readonly #inHand: number;
  #phase: 'looked at' | 'moving' | 'free' = 'looked at';
  /** Responses that are given at once. */
  #ready = 0;
  #waiting: (() => void)[] = [];

  /** @param inHand how many pages the run asks for at once */
  constructor(inHand: number) {
    this.#inHand = inHand;
  }

  readonly latencyMs = async (): Promise<number> => {
    while (this.#phase === 'looked at' && this.#ready <= 0)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#ready -= 1;
    if (this.#phase !== 'moving') return 5;
    // What was in hand ends soon. What the next attempt asks for before the move has ended takes longer.
    return this.#ready >= 0 ? 500 : 3_000;
  };

  /** The test looks at the run, and waits for more. */
  look(): void {
    this.#enter('looked at', Math.max(this.#ready, 0) + this.#inHand);
  }

  async during<Result>(move: () => Promise<Result>): Promise<Result> {
    this.#enter('moving', 2 * this.#inHand);
    const result = await move();
    this.#enter('looked at', 0);
    return result;
  }

  free(): void {
    this.#enter('free', 0);
  }

  #enter(phase: 'looked at' | 'moving' | 'free', ready: number): void {
    this.#phase = phase;
    this.#ready = ready;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) each();
  }
}
