import { Actor } from 'apify';
import { serve } from '../children/serve.ts';
import { perSecond } from './per-second.ts';

await Actor.init();

serve(null, (count: number) =>
  perSecond(count, (index) =>
    Actor.pushData({ url: `https://example.com/products/${index}`, title: `Product ${index}`, price: index % 100 }),
  ),
);
