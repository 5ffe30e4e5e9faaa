/** The pages that the sidebar and the palette lead to. `jump` is the second key after `g`. */
export const sections = [
  { title: 'Overview', path: '/', jump: 'o', group: undefined },
  { title: 'Actors', path: '/actors', jump: 'a', group: undefined },
  { title: 'Runs', path: '/runs', jump: 'r', group: undefined },
  { title: 'Tasks', path: '/tasks', jump: 't', group: undefined },
  { title: 'Schedules', path: '/schedules', jump: 's', group: undefined },
  { title: 'Webhooks', path: '/webhooks', jump: 'w', group: undefined },
  { title: 'Datasets', path: '/datasets', jump: 'd', group: 'Storages' },
  { title: 'Key-value stores', path: '/key-value-stores', jump: 'k', group: 'Storages' },
  { title: 'Request queues', path: '/request-queues', jump: 'q', group: 'Storages' },
  { title: 'Servers', path: '/servers', jump: 'm', group: 'Platform' },
  { title: 'Proof', path: '/proof', jump: 'p', group: 'Platform' },
  { title: 'Settings', path: '/settings', jump: ',', group: 'Platform' },
] as const;

/** Pages under an address of their own that belong to a section. */
const within: readonly (readonly [string, string])[] = [['/builds', '/actors']];

const isBelow = (pathname: string, path: string): boolean => `${pathname}/`.startsWith(`${path}/`);

/** The section of a page; Overview for what is in none. */
export function sectionOf(pathname: string): (typeof sections)[number] {
  const of = within.find(([path]) => isBelow(pathname, path))?.[1] ?? pathname;
  return sections.find(({ path }) => path !== '/' && isBelow(of, path)) ?? sections[0];
}
