import type { Benchmark } from '../benchmark.ts';
export const handoff: Benchmark = { name: 'handoff', about: 'to be done', run: async () => [] };
