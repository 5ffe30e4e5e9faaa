import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { formatBytes } from '../../model/format.ts';
import type { InputErrors } from '../../model/input-errors.ts';
import { withoutEmptyRows } from '../../model/input-lists.ts';
import { fieldsOf, initialInput, type JsonObject, parseInputSchema } from '../../model/input-schema.ts';
import { masked } from '../../model/input-secrets.ts';
import type { RunOptions } from '../../model/run-options.ts';
import { type StartRequest, startCall } from '../../model/start-call.ts';
import { InputForm } from '../../parts/input-form.tsx';
import { RunOptionsForm } from '../../parts/run-options.tsx';
import { type Actor, inputErrorsQuery, startRun } from '../../services/actors.ts';
import { buildForRunQuery } from '../../services/builds.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Switch } from '../../ui/fields.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './actors.module.css';
import { useDraft } from './input-draft.ts';
import { LastRun } from './last-run.tsx';
import { NoSource } from './no-source.tsx';

export interface ActorProps {
  readonly actor: Actor;
  readonly isOwn: boolean;
}

export const taggedIdsOf = ({ taggedBuilds }: Actor): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(taggedBuilds ?? {}).flatMap(([tag, build]) => (build?.buildId ? [[tag, build.buildId]] : [])),
  );

/** "Run it with this input": the form at the left, what the last run gave at the right. */
export function InputTab({ actor, isOwn }: ActorProps) {
  return (
    <div className={styles.columns}>
      <StartCard key={actor.id} actor={actor} isOwn={isOwn} />
      <LastRun actorId={actor.id} canStart={Object.keys(taggedIdsOf(actor)).length > 0} />
    </div>
  );
}

function StartCard({ actor, isOwn }: ActorProps) {
  const { stored, keep } = useDraft(actor.id);
  const [options, setOptions] = useState<RunOptions>(stored?.options ?? {});
  const [edited, setEdited] = useState<JsonObject | undefined>(stored?.input);
  const build = options.build ?? actor.defaultRunOptions.build ?? 'latest';
  const tagged = taggedIdsOf(actor);
  const found = useQuery({ ...buildForRunQuery(actor.id, tagged, build), retry: false });
  const schema = useMemo(() => parseInputSchema(found.data?.inputSchema), [found.data]);
  const input = useMemo(() => edited ?? initialInput(schema), [edited, schema]);
  const set = (next: { readonly input?: JsonObject; readonly options?: RunOptions }) => {
    if (next.input !== undefined) setEdited(next.input);
    if (next.options !== undefined) setOptions(next.options);
    keep(schema, { input: next.input ?? input, options: next.options ?? options });
  };
  const optionsPart = (
    <RunOptionsPart actor={actor} options={options} onChange={(next) => set({ options: next })} tags={tagged} />
  );
  return (
    <Card title="Input" note={found.data && `build ${found.data.buildNumber}`}>
      {found.data === undefined ? (
        <>
          <NoBuild error={found.error} actor={actor} isOwn={isOwn} isAny={Object.keys(tagged).length > 0} />
          {optionsPart}
        </>
      ) : (
        <StartForm
          actor={actor}
          isOwn={isOwn}
          schema={schema}
          input={input}
          options={options}
          isTouched={edited !== undefined}
          set={set}
          optionsPart={optionsPart}
        />
      )}
    </Card>
  );
}

interface NoBuildProps extends ActorProps {
  readonly error: unknown;
  /** Whether the Actor has a build by any tag. */
  readonly isAny: boolean;
}

function NoBuild({ error, actor, isOwn, isAny }: NoBuildProps) {
  if (error === null) return <Skeleton rows={6} />;
  if (isAny) return <Failure error={error} />;
  if (!isOwn) {
    return (
      <Empty title="There is no build to run yet">
        <p>The Actor's owner has to build it first.</p>
      </Empty>
    );
  }
  if (actor.versions.length === 0) return <NoSource />;
  return (
    <Empty title="There is no build to run yet">
      <p>
        {(actor.stats.totalBuilds ?? 0) === 0
          ? "A build makes the Actor's source ready to run."
          : 'Each build so far is at work, has failed, or has no tag. Its log says why it failed.'}
      </p>
      <ButtonLink to="." search={{ tab: 'builds' } as never}>
        Go to the builds
      </ButtonLink>
    </Empty>
  );
}

interface RunOptionsPartProps {
  readonly actor: Actor;
  readonly options: RunOptions;
  readonly onChange: (options: RunOptions) => void;
  readonly tags: Readonly<Record<string, string>>;
}

function RunOptionsPart({ actor: { defaultRunOptions: usual }, options, onChange, tags }: RunOptionsPartProps) {
  const memory = options.memoryMbytes ?? usual.memoryMbytes;
  const timeout = options.timeoutSecs ?? usual.timeoutSecs;
  const texts = [
    options.build ?? usual.build ?? 'latest',
    memory && formatBytes(memory * 1024 * 1024),
    timeout === 0 ? 'no timeout' : timeout && `timeout ${timeout} s`,
  ];
  return (
    <details className={styles.options}>
      <summary>
        Run options <small>{texts.filter(Boolean).join(' · ')}</small>
      </summary>
      <RunOptionsForm value={options} onChange={onChange} defaults={usual} builds={Object.keys(tags)} />
    </details>
  );
}

/** The input is asked about once the user stops typing. */
const quietMs = 500;

function useQuiet<Value>(value: Value): Value {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), quietMs);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}

interface StartFormProps extends ActorProps {
  readonly schema: JsonObject | null;
  readonly input: JsonObject;
  readonly options: RunOptions;
  /** Whether somebody has changed the input: before, nothing is called wrong. */
  readonly isTouched: boolean;
  readonly set: (next: { readonly input: JsonObject }) => void;
  readonly optionsPart: React.ReactNode;
}

function StartForm({ actor, isOwn, schema, input, options, isTouched, set, optionsPart }: StartFormProps) {
  const sent = useMemo(() => withoutEmptyRows(schema, input), [schema, input]);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [isFull, setIsFull] = useState(false);
  const { errors, isBusy, failure, start } = useStart(actor, sent, { schema, options, isTouched });
  const needsFull = !isOwn && actor.actorPermissionLevel === 'FULL_PERMISSIONS';
  const request: StartRequest = {
    actorId: actor.id,
    input: sent,
    options,
    forcePermissionLevel: needsFull ? 'FULL_PERMISSIONS' : undefined,
  };
  const reason = whyNot(schema, problems) ?? (needsFull && !isFull ? 'Allow full permissions first.' : undefined);
  const call = startCall({ ...request, input: masked(schema, sent) });
  return (
    <>
      <div className={styles.editor}>
        <InputForm
          schema={schema}
          value={input}
          onChange={(next) => set({ input: next })}
          errors={errors}
          onProblems={setProblems}
        />
        {needsFull && (
          <Switch
            label={`Allow full permissions: this Actor of ${actor.username} reaches all of my account`}
            isOn={isFull}
            onChange={setIsFull}
          />
        )}
        {failure !== undefined && <Failure error={failure} />}
      </div>
      {optionsPart}
      <div className={styles.start}>
        <Button kind="primary" isBusy={isBusy} disabledReason={reason} onClick={() => void start(request, false)}>
          {isBusy ? 'Starting…' : 'Start'}
        </Button>
        <Button isBusy={isBusy} disabledReason={reason} onClick={() => void start(request, true)}>
          Start and open
        </Button>
        <span className={styles.grow} />
        <ApiButton call={call} />
      </div>
    </>
  );
}

function whyNot(schema: JsonObject | null, problems: Readonly<Record<string, string>>): string | undefined {
  const [first] = Object.keys(problems);
  if (first === undefined) return undefined;
  const key = first.split('.')[0];
  const title = schema === null ? '' : (fieldsOf(schema).find((field) => field.key === key)?.title ?? '');
  return `Correct ${title === '' ? 'the JSON' : `“${title}”`} first: ${problems[first]}`;
}

interface StartContext {
  readonly schema: JsonObject | null;
  readonly options: RunOptions;
  readonly isTouched: boolean;
}

/** Starts runs; the platform is asked about the input while one types, and before a start. */
function useStart(actor: Actor, sent: JsonObject, { schema, options, isTouched }: StartContext) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [isBusy, setIsBusy] = useState(false);
  const [hasTried, setHasTried] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const quiet = useQuiet(sent);
  const build = options.build ?? '';
  const isAsked = schema !== null && (isTouched || hasTried);
  const { data } = useQuery({
    ...inputErrorsQuery(actor.id, build, quiet),
    enabled: isAsked,
    placeholderData: (former: InputErrors | undefined) => former,
  });
  const start = async (request: StartRequest, isOpened: boolean) => {
    setIsBusy(true);
    setFailure(undefined);
    try {
      const found = schema === null ? {} : await queryClient.fetchQuery(inputErrorsQuery(actor.id, build, sent));
      const [first] = Object.keys(found);
      if (first !== undefined) {
        setHasTried(true);
        focusField(first);
        say('Nothing was started: the input is not valid.');
        return;
      }
      const run = await startRun(request);
      await queryClient.invalidateQueries({ queryKey: ['runs', 'list'] });
      say(`Run ${run.id} started.`);
      if (isOpened) await navigate({ to: '/runs/$runId', params: { runId: run.id } } as never);
    } catch (error) {
      setFailure(error);
    } finally {
      setIsBusy(false);
    }
  };
  return { errors: isAsked ? (data ?? {}) : {}, isBusy, failure, start };
}

/** Leads to what is wrong, also where its section is folded. */
function focusField(key: string): void {
  const field = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(key)}"]`);
  const section = field?.closest('details');
  if (section) section.open = true;
  const control = field?.querySelector<HTMLElement>('input, select, textarea, button, .cm-content');
  control?.focus();
  field?.scrollIntoView({ block: 'center' });
}
