/** The items of a dataset: views of its schema, a table of any length, JSON, export. */
export function DatasetItems(_: { readonly datasetId: string; readonly isGrowing: boolean }) {
  return null;
}
