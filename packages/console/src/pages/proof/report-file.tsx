import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { formatBytes } from '../../model/format.ts';
import { maxReportBytes, parseReport, type Report, ReportError } from '../../model/proof.ts';
import { type ProvableActor, publishProof } from '../../services/proofs.ts';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { Select } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import styles from './proof.module.css';
import { ReportView } from './report-view.tsx';

interface OpenedFile {
  readonly name: string;
  readonly text: string;
  readonly report: Report;
}

/** Opens a report from a file. It stays in this browser unless it is published. */
export function ReportFile({ actors }: { readonly actors: readonly ProvableActor[] }) {
  const [opened, setOpened] = useState<OpenedFile>();
  const [error, setError] = useState<unknown>();
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    setError(undefined);
    try {
      setOpened(await readFile(file));
    } catch (failure) {
      setOpened(undefined);
      setError(failure);
    }
  };
  return (
    <>
      {opened === undefined && <DropZone onFile={(file) => void open(file)} />}
      {error !== undefined && <Failure error={error} />}
      {opened !== undefined && (
        <>
          <Card
            title={opened.report.actor || 'A report'}
            note={`${opened.name}, in this browser only`}
            actions={
              <Button size="small" onClick={() => setOpened(undefined)}>
                Close
              </Button>
            }
            isPadded
          >
            <Publish file={opened} actors={actors} />
          </Card>
          <ReportView report={opened.report} />
        </>
      )}
    </>
  );
}

async function readFile(file: File): Promise<OpenedFile> {
  if (file.size > maxReportBytes) {
    throw new ReportError(
      `${file.name} has ${formatBytes(file.size)}; a report may have ${formatBytes(maxReportBytes)}. Prove with a smaller --budget, or publish it with --publish, which shortens the logs in it.`,
    );
  }
  const text = await file.text();
  return { name: file.name, text, report: parseReport(text) };
}

function DropZone({ onFile }: { readonly onFile: (file: File | undefined) => void }) {
  const [isOver, setIsOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field within does the same by the keyboard
    <div
      className={classes(styles.drop)}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <p>
        Drop a report here. <code>npx wherry prove FOLDER --json &gt; report.json</code> makes one.
      </p>
      <input
        id="report-file"
        type="file"
        accept="application/json,.json"
        onChange={({ target }) => {
          onFile(target.files?.[0]);
          // The same file may be chosen again.
          target.value = '';
        }}
      />
      <label htmlFor="report-file">Open a report…</label>
    </div>
  );
}

function Publish({ file, actors }: { readonly file: OpenedFile; readonly actors: readonly ProvableActor[] }) {
  const alike = actors.find(({ name }) => name === file.report.actor) ?? actors[0];
  const [actorId, setActorId] = useState(alike?.id ?? '');
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const publish = useMutation({
    mutationFn: () => publishProof(actorId, file.text),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: ['proofs'] });
      await navigate({ to: '/proof/$proofId', params: { proofId: id } });
    },
  });
  return (
    <>
      <div className={styles.publish}>
        <label htmlFor="proved-actor">Keep it with the verdicts on</label>
        <Select
          id="proved-actor"
          value={actorId}
          onChange={setActorId}
          options={actors.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Button
          isBusy={publish.isPending}
          disabledReason={actorId === '' ? 'There is no Actor to keep it with.' : undefined}
          onClick={() => publish.mutate()}
        >
          Publish
        </Button>
      </div>
      {publish.error !== null && <Failure error={publish.error} />}
    </>
  );
}
