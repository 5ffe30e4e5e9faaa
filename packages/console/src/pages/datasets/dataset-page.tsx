import { Page } from '../../ui/page.tsx';

export function DatasetPage() {
  return <Page title="Dataset">…</Page>;
}
