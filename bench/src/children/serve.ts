import type { Message } from '../child.ts';

const send = (message: Message): void => void process.send!(message);

/** The child's side of `startChild`: reports that it is ready, handles one question after the other, ends with its parent. */
export function serve<Question = null, Answer = null>(
  ready: unknown,
  answer: (question: Question) => Promise<Answer>,
  close: () => Promise<void> = async () => undefined,
): void {
  process.on('message', async ({ question }: { question: Question }) => {
    try {
      send({ answer: await answer(question) });
    } catch (error) {
      send({ error: (error as Error).stack ?? String(error) });
    }
  });
  process.once('disconnect', async () => {
    await close();
    process.exit();
  });
  send({ answer: ready });
}
