/**
 * The start and the end of every TikTok Actor.
 *
 * This package is what these Actors share: `input/` reads their inputs, `http/` reads single pages, `browser/` reads lists,
 * `items/` has the items of the datasets, and `results/` pushes and charges them.
 */
import { Actor } from 'apify';
import type { CommonInput } from './input/common-input.ts';
import { warnOfUnknownFields } from './input/common-input.ts';
import { Results } from './results/results.ts';

export interface StartedActor<Input> {
  readonly input: Input;
  readonly results: Results;
}

export async function startActor<Input extends CommonInput & { readonly maxItems?: number }>(): Promise<
  StartedActor<Input>
> {
  await Actor.init();
  const input = (await Actor.getInput<Input>()) ?? ({} as Input);
  await warnOfUnknownFields(input);
  const results = await Results.open({ failuresGoTo: input.failedInputs ?? 'dataset', maxItems: input.maxItems });
  return { input, results };
}

export async function finishActor(results: Results): Promise<void> {
  const summary = await results.finish();
  if (results.abandoned === null) await Actor.exit(summary);
  else await Actor.fail(`${summary} ${results.abandoned}`);
}
