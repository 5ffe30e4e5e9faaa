/** Which storages a search finds, and how storages are named. Pure. */
interface Named {
  readonly id: string;
  readonly name: string | null;
  readonly title: string | null;
}

/** How a storage is called on its page and in lists. */
export const storageName = ({ id, name, title }: Named): string => title || name || id;

export const matchesSearch = (storage: Named, search: string): boolean => {
  const wanted = search.trim().toLowerCase();
  return [storage.id, storage.name, storage.title].some((text) => text?.toLowerCase().includes(wanted));
};

/** The number of a page that the address names, from 1 to `pages`. */
export function pageNumber(text: string, pages: number): number {
  const number = Math.floor(Number(text));
  return Number.isFinite(number) ? Math.max(1, Math.min(number, Math.max(1, pages))) : 1;
}
