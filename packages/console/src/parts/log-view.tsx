/** The log of a run or a build, live while it is not over. */
export function LogView(_: { readonly id: string; readonly isOver: boolean }) {
  return null;
}
