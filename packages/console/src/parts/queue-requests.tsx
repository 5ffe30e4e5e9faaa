/** The requests of a request queue by state. */
export function QueueRequests(_: { readonly queueId: string }) {
  return null;
}
