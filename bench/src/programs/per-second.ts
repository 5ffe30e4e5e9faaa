/** Runs `work` `count` times, each awaited, and returns how often that was in a second. */
export async function perSecond(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) await work(index);
  return (count * 1000) / (performance.now() - startedAt);
}
