import { Page } from '../../ui/page.tsx';

export function ActorsPage() {
  return <Page title="Actors">…</Page>;
}
