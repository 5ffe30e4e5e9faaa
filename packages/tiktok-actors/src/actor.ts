/**
 * The start and the end of every TikTok Actor.
 *
 * This package is what these Actors share: `input/` reads their inputs, `http/` reads single pages, `browser/` reads lists,
 * `items/` has the items of the datasets, `output/` does with them what the input wants, and `results/` pushes and charges them.
 */
import { Actor } from 'apify';
import type { CommonInput } from './input/common-input.ts';
import { warnOfUnknownFields } from './input/common-input.ts';
import { ItemOutput, type OutputInput } from './output/item-output.ts';
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
  const output = await outputOf(input);
  const results = await Results.open({
    failuresGoTo: input.failedInputs ?? 'dataset',
    maxItems: input.maxItems,
    output,
  });
  return { input, results };
}

/** Ends the run if the input wants what cannot be done. */
async function outputOf(input: OutputInput): Promise<ItemOutput> {
  try {
    return await ItemOutput.open(input);
  } catch (error) {
    await Actor.fail((error as Error).message);
    throw error;
  }
}

export async function finishActor(results: Results): Promise<void> {
  const summary = await results.finish();
  if (results.abandoned === null) await Actor.exit(summary);
  else await Actor.fail(`${summary} ${results.abandoned}`);
}
