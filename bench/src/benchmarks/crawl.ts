import type { Benchmark } from '../benchmark.ts';
export const crawl: Benchmark = { name: 'crawl', about: 'to be done', run: async () => [] };
