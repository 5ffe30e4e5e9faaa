import { useQuery } from '@tanstack/react-query';
import { type Run, runInputQuery } from '../../services/runs.ts';
import { Button } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { copyText } from '../../ui/copy-id.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';

/** What the run was started with; the platform masks secret fields. */
export function RunInput({ run }: { readonly run: Run }) {
  const input = useQuery(runInputQuery(run));
  if (input.error) return <Failure error={input.error} retry={() => void input.refetch()} />;
  if (input.data === undefined) return <Skeleton rows={6} />;
  if (input.data === null) {
    return (
      <Card>
        <Empty title="The run has no input">
          <p>It was started without one, or its key-value store is deleted.</p>
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
