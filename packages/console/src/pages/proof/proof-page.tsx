import { Page } from '../../ui/page.tsx';

export function ProofPage() {
  return <Page title="Proof">…</Page>;
}
