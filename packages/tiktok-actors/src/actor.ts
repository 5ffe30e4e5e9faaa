/**
 * The start and the end of every TikTok Actor.
 *
 * This package is what these Actors share: `input/` reads their inputs, `http/` reads single pages, `browser/` reads lists,
 * `items/` has the items of the datasets, `output/` does with them what the input wants, and `results/` pushes and charges them.
 */
import { Actor } from 'apify';
import { type CommonInput, warnOfUnknownFields } from './input/common-input.ts';
import { type InputAliases, InputRefusal, inOwnFields } from './input/input-aliases.ts';
import { countryOf } from './input/proxies.ts';
import { withUrlFiles } from './input/url-files.ts';
import { ItemOutput, type OutputInput } from './output/item-output.ts';
import { Results } from './results/results.ts';

export interface StartedActor<Input> {
  readonly input: Input;
  readonly results: Results;
}

/** @param declared the Actor's `.actor/input_aliases.json` */
export async function startActor<Input extends CommonInput & { readonly maxItems?: number }>(
  declared: InputAliases = {},
): Promise<StartedActor<Input>> {
  await Actor.init();
  const written = (await Actor.getInput<Input>()) ?? ({} as Input);
  const given = await orRefused(() => withUrlFiles(written, declared));
  const unknown = await warnOfUnknownFields(given, declared);
  const hasRegion = !unknown.includes('region');
  const input = await orRefused(() => withRegion(inOwnFields(given, declared), hasRegion));
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

/**
 * Countries are compared, so they are written alike. Most Actors have no such field.
 * @throws InputRefusal if it is not a country's code, or the proxies are of another one
 */
function withRegion<Input extends CommonInput>({ region, ...input }: Input, isKnown: boolean): Input {
  if (!isKnown || region === undefined || region === '') return input as Input;
  if (!/^[a-z]{2}$/i.test(region)) {
    throw new InputRefusal(`region: "${region}" is not a country. Give its code of two letters, such as US.`);
  }
  const known = { ...input, region: region.toUpperCase() } as Input;
  if (known.proxyConfiguration !== undefined) countryOf(known.proxyConfiguration, known.region);
  return known;
}

/** Fails the run with the message if the input cannot be done as it says [input-1]. */
export async function orRefused<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InputRefusal) await Actor.fail(error.message);
    throw error;
  }
}

export async function finishActor(results: Results): Promise<void> {
  const summary = await results.finish();
  if (results.abandoned === null) await Actor.exit(summary);
  else await Actor.fail(`${summary} ${results.abandoned}`);
}
