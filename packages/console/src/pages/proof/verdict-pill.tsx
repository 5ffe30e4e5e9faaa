import { type Verdict, verdictTexts } from '../../model/proof.ts';
import { Pill } from '../../ui/pill.tsx';

export function VerdictPill({ verdict }: { readonly verdict: Verdict }) {
  const { tone, text } = verdictTexts[verdict];
  return <Pill tone={tone}>{text}</Pill>;
}
