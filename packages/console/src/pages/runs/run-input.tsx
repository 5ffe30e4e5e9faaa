import { useQuery } from '@tanstack/react-query';
import { type Run, runInputQuery } from '../../services/runs.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { copyText } from '../../ui/copy-id.tsx';
import { Select } from '../../ui/fields.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './run-page.module.css';

/** What the run was started with, and what each metamorph gave it; the platform masks secret fields. */
export function RunInput({ run }: { readonly run: Run }) {
  const newest = run.stats.metamorph ?? 0;
  const [chosen, setChosen] = useAddressState<string>('input', String(newest));
  const wanted = Number(chosen);
  const metamorph = Number.isInteger(wanted) && wanted >= 0 && wanted <= newest ? wanted : newest;
  return (
    <>
      {newest > 0 && (
        <div className={styles.links}>
          <Select aria-label="Input of" options={inputChoices(newest)} value={String(metamorph)} onChange={setChosen} />
        </div>
      )}
      <OneInput run={run} metamorph={metamorph} />
    </>
  );
}

/** The newest first: it is what the Actor of now has. */
const inputChoices = (newest: number) =>
  Array.from({ length: newest + 1 }, (_, index) => ({
    value: String(newest - index),
    label: index === newest ? 'Of the start' : `Of metamorph ${newest - index}`,
  }));

function OneInput({ run, metamorph }: { readonly run: Run; readonly metamorph: number }) {
  const input = useQuery(runInputQuery(run, metamorph));
  if (input.error) return <Failure error={input.error} retry={() => void input.refetch()} />;
  if (input.data === undefined) return <Skeleton rows={6} />;
  if (input.data === null) {
    return (
      <Card>
        <Empty title={metamorph === 0 ? 'The run has no input' : 'The metamorph gave no input'}>
          <p>There was none, or the run's key-value store is deleted.</p>
        </Empty>
      </Card>
    );
  }
  const { contentType } = input.data;
  const isJson = contentType.includes('json');
  const text = isJson ? pretty(input.data.text) : input.data.text;
  return (
    <Card
      title="Input"
      note={isJson ? 'secret fields are masked' : contentType}
      actions={
        <Button size="small" onClick={() => void copyText(text).then(() => say('The input is copied.'))}>
          Copy
        </Button>
      }
      isPadded
    >
      <CodeEditor label="Input" language={isJson ? 'json' : 'text'} value={text} />
    </Card>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
