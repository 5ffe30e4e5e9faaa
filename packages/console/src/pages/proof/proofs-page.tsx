import { Page } from '../../ui/page.tsx';

export function ProofsPage() {
  return <Page title="Proofs">…</Page>;
}
