/** The records of a key-value store with previews. */
export function StoreRecords(_: { readonly storeId: string }) {
  return null;
}
