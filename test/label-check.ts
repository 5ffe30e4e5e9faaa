/**
 * Checks the labels of invariants, such as `gate-1` in square brackets.
 *
 * A definition is a line ` * [label] text` of a block comment in a source file: in the file's header, or in the
 * docstring of the interface or class that states the invariant. Every other place that has the label cites it,
 * including `/** [label] … *\/` on one line, `// [label]`, test titles and documents. In test files and documents, every
 * occurrence is a cite.
 */

export interface LabelledFile {
  /** From the root of the clone, with `/`. */
  readonly path: string;
  readonly text: string;
}

interface Place {
  readonly label: string;
  /** `path:line`; lines count from 1. */
  readonly place: string;
  readonly defines: boolean;
  readonly inTest: boolean;
}

const label = /\[([a-z]+(?:-[a-z]+)*-[1-9]\d*)\]/g;
const definition = /^\s*\* \[([a-z]+(?:-[a-z]+)*-[1-9]\d*)\] \S/;

function isTest(file: string): boolean {
  return /(?:^|\/)test\//.test(file);
}

function placesIn({ path, text }: LabelledFile): Place[] {
  const inTest = isTest(path);
  const mayDefine = /\.tsx?$/.test(path) && !inTest;
  return text.split('\n').flatMap((line, index) => {
    const defined = mayDefine ? definition.exec(line)?.[1] : undefined;
    return [...line.matchAll(label)].map((found, position) => ({
      label: found[1]!,
      place: `${path}:${index + 1}`,
      defines: position === 0 && found[1] === defined,
      inTest,
    }));
  });
}

/** One line for each fault, with the label and its place, in the order of the labels. Empty when all is well. */
export function labelFaults(files: readonly LabelledFile[]): string[] {
  const byLabel = Map.groupBy(files.flatMap(placesIn), (each) => each.label);
  return [...byLabel]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap(([name, places]) => faultsOf(name, places));
}

function faultsOf(name: string, places: readonly Place[]): string[] {
  const definitions = places.filter((each) => each.defines).map((each) => each.place);
  const [first, ...further] = definitions;
  if (first === undefined) return places.map((each) => `[${name}] is cited at ${each.place} and defined nowhere`);
  const faults = further.map((place) => `[${name}] is defined at ${place} though ${first} defines it already`);
  if (!places.some((each) => each.inTest)) faults.push(`[${name}], defined at ${first}, is cited by no test`);
  return faults;
}
