import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { formatBytes, formatDuration } from '../../model/format.ts';
import { moveForecast, moveSteps } from '../../model/run-facts.ts';
import type { Server } from '../../model/servers.ts';
import {
  attemptsQuery,
  type Handoff,
  type HandoffMode,
  handoffsQuery,
  lastCommitQuery,
  moveRun,
  timelineHandoffOf,
} from '../../services/handoffs.ts';
import type { Run } from '../../services/runs.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/fields.tsx';
import { Failure, Note } from '../../ui/notice.tsx';
import { useNow } from '../../ui/time.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import styles from './run-page.module.css';
import { useServers } from './use-servers.ts';

const modes = [
  { mode: 'warm', title: 'Warm', about: 'Some ms of downtime. The next attempt boots first.' },
  { mode: 'cold', title: 'Cold', about: 'Down for as long as a boot takes. Needs no room for a second attempt.' },
  {
    mode: 'lost',
    title: 'Drill: lose the server',
    about: 'As if the server failed. Shows what a crash does to the results.',
  },
] as const;

interface MoveDialogProps {
  readonly run: Run;
  readonly name: string;
  readonly onClose: () => void;
}

/** Moves a run: says beforehand what will happen, and shows what does. */
export function MoveDialog({ run: { id, status }, name, onClose }: MoveDialogProps) {
  const queryClient = useQueryClient();
  const [mode, setMode] = useState<HandoffMode>('warm');
  const [server, setServer] = useState('');
  const handoffs = useQuery(handoffsQuery(id)).data ?? [];
  const commits = useQuery(lastCommitQuery(id)).data ?? 0;
  /** The handoffs that were there before. */
  const [former, setFormer] = useState<ReadonlySet<string>>();
  const [error, setError] = useState<unknown>();
  const [done, setDone] = useState<Handoff>();
  const isClosed = useRef(false);
  const underWay = handoffs.find(({ phase }) => phase === 'requested' || phase === 'switched');
  const own = done ?? handoffs.findLast((handoff) => former !== undefined && !former.has(handoff.id));
  const move = async () => {
    setError(undefined);
    setFormer(new Set(handoffs.map((handoff) => handoff.id)));
    try {
      const handoff = await moveRun(id, { mode, server: server === '' ? undefined : server });
      setDone(handoff);
      if (isClosed.current) say(`The run has moved to ${handoff.to}.`);
    } catch (failure) {
      setError(failure);
      setFormer(undefined);
      if (isClosed.current) sayFailure(failure);
    }
    await queryClient.invalidateQueries({ queryKey: ['runs', 'one', id] });
  };
  const close = () => {
    isClosed.current = true;
    onClose();
  };
  return (
    <Dialog title={`Move ${name}`} isOpen onClose={close}>
      {former === undefined ? (
        <>
          <Choices mode={mode} onMode={setMode} isDurable={commits > 0} />
          <Target runId={id} value={server} onChange={setServer} />
          {underWay !== undefined && (
            <Note tone="move">A handoff of this run is under way. Wait until it is over.</Note>
          )}
        </>
      ) : (
        <Progress runId={id} handoff={own} isDone={done !== undefined} />
      )}
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        {former === undefined && (
          <ApiButton
            call={{
              about: 'Move this run',
              method: 'POST',
              path: `/wherry/v1/runs/${id}/migrate`,
              body: { mode, ...(server !== '' && { server }) },
              wherry: `migrate ${id} --mode ${mode}${server === '' ? '' : ` --server ${server}`}`,
            }}
          />
        )}
        <Button onClick={close}>{former === undefined ? 'Cancel' : 'Close'}</Button>
        {former === undefined && (
          <Button kind="primary" disabledReason={refusalOf(status, underWay !== undefined)} onClick={() => void move()}>
            {mode === 'lost' ? 'Lose the server' : 'Move'}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

function refusalOf(status: string, isMoving: boolean): string | undefined {
  if (status !== 'RUNNING') return `Only a run that is RUNNING can be moved; this one is ${status}.`;
  return isMoving ? 'A run has one handoff at a time.' : undefined;
}

interface ChoicesProps {
  readonly mode: HandoffMode;
  readonly onMode: (mode: HandoffMode) => void;
  readonly isDurable: boolean;
}

function Choices({ mode, onMode, isDurable }: ChoicesProps) {
  return (
    <>
      <fieldset className={styles.choices} aria-label="How">
        {modes.map((each) => (
          <label key={each.mode} className={styles.choice}>
            <input type="radio" name="mode" checked={mode === each.mode} onChange={() => onMode(each.mode)} />
            <b>{each.title}</b>
            <span>{each.about}</span>
          </label>
        ))}
      </fieldset>
      <Note tone={mode === 'lost' ? 'late' : 'move'}>
        <ul className={styles.forecast}>
          {moveForecast(mode, isDurable).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Note>
    </>
  );
}

const bytesPerMbyte = 1024 * 1024;

const serverLabel = ({ id, state, freeMemoryMbytes }: Server, present: string | undefined): string => {
  const room = freeMemoryMbytes === null ? '' : `, ${formatBytes(freeMemoryMbytes * bytesPerMbyte)} free`;
  const place = id === present ? `${id}, where it is now` : id;
  return state === 'ready' ? `${place}${room}` : `${place}, ${state}: takes no runs`;
};

interface TargetProps {
  readonly runId: string;
  readonly value: string;
  readonly onChange: (server: string) => void;
}

function Target({ runId, value, onChange }: TargetProps) {
  const servers = useServers();
  const attempts = useQuery(attemptsQuery(runId)).data;
  const present = attempts?.findLast(({ phase }) => phase === 'active')?.serverId;
  if (servers === undefined) return null;
  if (servers === null) return <p>The platform chooses the server. Only administrators see the servers.</p>;
  return (
    <Field label="To">
      <Select
        options={[
          { value: '', label: 'A server that the platform chooses' },
          ...servers.map((server) => ({ value: server.id, label: serverLabel(server, present) })),
        ]}
        value={value}
        onChange={onChange}
      />
    </Field>
  );
}

interface ProgressProps {
  readonly runId: string;
  readonly handoff: Handoff | undefined;
  readonly isDone: boolean;
}

function Progress({ runId, handoff, isDone }: ProgressProps) {
  const attempts = useQuery(attemptsQuery(runId)).data;
  const nowMs = useNow();
  if (handoff === undefined) return <p role="status">The move is requested…</p>;
  const created = attempts?.find(({ number }) => number === handoff.toAttempt)?.createdAt;
  const steps = moveSteps(timelineHandoffOf(handoff), created ? Date.parse(created) : null);
  const isOver = isDone || handoff.phase === 'done';
  const startMs = steps.find(({ atMs }) => atMs !== null)?.atMs ?? null;
  const isUnderWay = !isOver && handoff.phase !== 'cancelled';
  // The last step that has begun is under way; those before it are over, whether they were seen or not.
  const last = isOver ? steps.length : steps.findLastIndex(({ atMs }) => atMs !== null);
  return (
    <>
      <ol className={styles.steps}>
        {steps.map(({ name, atMs }, index) => (
          <li key={name} data-state={index < last ? 'done' : index === last && isUnderWay ? 'now' : undefined}>
            <span>{name}</span>
            <span>
              {atMs !== null &&
                startMs !== null &&
                (index === 0
                  ? new Date(atMs).toLocaleTimeString()
                  : `+ ${formatDuration(Math.max(0, atMs - startMs))}`)}
              {index === last && isUnderWay && atMs !== null && `, ${formatDuration(Math.max(0, nowMs - atMs))} so far`}
            </span>
          </li>
        ))}
      </ol>
      <p role="status">
        {isOver
          ? `Moved from ${handoff.from} to ${handoff.to}${handoff.downtimeMs === null ? '' : `, ${formatDuration(handoff.downtimeMs)} down`}.`
          : handoff.phase === 'cancelled'
            ? `Not moved: ${handoff.outcome}.`
            : `Moving from ${handoff.from}${handoff.to === null ? '' : ` to ${handoff.to}`}…`}
      </p>
    </>
  );
}
