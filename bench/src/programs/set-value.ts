import { Actor } from 'apify';
import { serve } from '../children/serve.ts';
import { perSecond } from './per-second.ts';

await Actor.init();

serve(null, (count: number) =>
  perSecond(count, (index) => Actor.setValue('STATE', { page: index, pending: [index, index + 1], done: false })),
);
