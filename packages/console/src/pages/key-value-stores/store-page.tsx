import { Page } from '../../ui/page.tsx';

export function StorePage() {
  return <Page title="Store">…</Page>;
}
