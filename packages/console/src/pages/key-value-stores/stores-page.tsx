import { Page } from '../../ui/page.tsx';

export function StoresPage() {
  return <Page title="Stores">…</Page>;
}
