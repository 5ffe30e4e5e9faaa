import type { Benchmark } from '../benchmark.ts';
export const idle: Benchmark = { name: 'idle', about: 'to be done', run: async () => [] };
