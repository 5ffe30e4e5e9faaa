import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type SourceFile, sourceTypes } from '../../model/source-files.ts';
import { type Actor, deleteVersion, updateVersion, type Version } from '../../services/actors.ts';
import { startBuild } from '../../services/builds.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, Select, Switch } from '../../ui/fields.tsx';
import { Empty, Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './actors.module.css';
import { NewVersion } from './new-version.tsx';
import { SourceFiles } from './source-files.tsx';
import { notBuildable } from './start-build.tsx';

type Draft = Partial<Version>;

/** What was edited and not saved, by Actor and version: it stays when one looks at another tab. */
const drafts = new Map<string, Draft>();

export function SourceTab({ actor }: { readonly actor: Actor }) {
  const [chosen, setChosen] = useAddressState<string>('version', '');
  const version = actor.versions.find(({ versionNumber }) => versionNumber === chosen) ?? actor.versions.at(-1);
  return (
    <Card
      title="Source"
      note={version ? `version ${version.versionNumber}` : undefined}
      actions={
        <>
          {actor.versions.length > 1 && (
            <Select
              aria-label="Version"
              value={version!.versionNumber}
              onChange={setChosen}
              options={actor.versions.map(({ versionNumber }) => ({ value: versionNumber, label: versionNumber }))}
            />
          )}
          <NewVersion actor={actor} from={version} onMade={setChosen} />
          {version !== undefined && <DeleteVersion actor={actor} version={version} />}
        </>
      }
    >
      {version === undefined ? (
        <Empty title="No version yet">
          <p>
            Press “New version…” to write one here, or push from your machine: <code>apify push</code>
          </p>
        </Empty>
      ) : (
        <VersionForm key={version.versionNumber} actor={actor} version={version} />
      )}
    </Card>
  );
}

function useVersionDraft(actor: Actor, version: Version) {
  const key = `${actor.id}:${version.versionNumber}`;
  const [draft, setDraft] = useState<Draft>(drafts.get(key) ?? {});
  const change = (next: Draft) => {
    const merged = { ...draft, ...next };
    drafts.set(key, merged);
    setDraft(merged);
  };
  const discard = () => {
    drafts.delete(key);
    setDraft({});
  };
  return { draft, change, discard, isDirty: Object.keys(draft).length > 0 };
}

function VersionForm({ actor, version }: { readonly actor: Actor; readonly version: Version }) {
  const { draft, change, discard, isDirty } = useVersionDraft(actor, version);
  const { isBusy, error, save } = useSave(actor, version, draft, discard);
  const edited: Version = { ...version, ...draft };
  const files = (edited.sourceFiles ?? []) as readonly SourceFile[];
  const unchanged = isDirty ? undefined : 'Nothing is changed.';
  return (
    <>
      <div className={styles.toolbar}>
        <Select
          aria-label="Kind of source"
          value={edited.sourceType ?? 'SOURCE_FILES'}
          onChange={(sourceType) => change({ sourceType: sourceType as Version['sourceType'] })}
          options={
            edited.sourceType === 'SOURCE_CODE'
              ? [...sourceTypes, { value: 'SOURCE_CODE', label: 'One file' }]
              : sourceTypes
          }
        />
        <label className={styles.named}>
          Tag of its builds
          <input
            placeholder="No tag"
            value={edited.buildTag ?? ''}
            onChange={({ target }) => change({ buildTag: target.value.trim() || null })}
          />
        </label>
        <Switch
          label="Environment variables at the build too"
          isOn={edited.applyEnvVarsToBuild === true}
          onChange={(applyEnvVarsToBuild) => change({ applyEnvVarsToBuild })}
        />
      </div>
      {edited.sourceType === 'SOURCE_FILES' || edited.sourceType === null || edited.sourceType === 'SOURCE_CODE' ? (
        <SourceFiles
          files={files}
          onChange={(next) => change({ sourceFiles: next as Version['sourceFiles'] & object })}
        />
      ) : (
        <SourceUrl version={edited} change={change} />
      )}
      {error !== undefined && <Failure error={error} />}
      <div className={styles.start}>
        <Button kind="primary" isBusy={isBusy} disabledReason={unchanged} onClick={() => void save(false)}>
          Save
        </Button>
        <Button isBusy={isBusy} disabledReason={notBuildable(edited)} onClick={() => void save(true)}>
          {isDirty ? 'Save and build' : 'Build'}
        </Button>
        {isDirty && (
          <>
            <Button kind="quiet" onClick={discard}>
              Discard changes
            </Button>
            <span className={styles.faint}>Not saved yet</span>
          </>
        )}
      </div>
    </>
  );
}

const urlFields = {
  TARBALL: {
    name: 'tarballUrl',
    label: 'URL of the archive',
    placeholder: 'https://github.com/me/actor/archive/main.tar.gz',
  },
  GIT_REPO: {
    name: 'gitRepoUrl',
    label: 'URL of the repository',
    placeholder: 'https://github.com/me/actor#main:folder',
  },
  GITHUB_GIST: { name: 'gitHubGistUrl', label: 'URL of the gist', placeholder: 'https://gist.github.com/me/0123abcd' },
} as const;

function SourceUrl({ version, change }: { readonly version: Version; readonly change: (next: Draft) => void }) {
  const { name, label, placeholder } = urlFields[version.sourceType as keyof typeof urlFields];
  return (
    <div className={styles.editor}>
      <div className={styles.form}>
        <Field label={label} error={notBuildable(version)}>
          <input
            inputMode="url"
            value={version[name] ?? ''}
            placeholder={placeholder}
            onChange={({ target }) => change({ [name]: target.value })}
          />
        </Field>
      </div>
    </div>
  );
}

function useSave(actor: Actor, version: Version, draft: Draft, discard: () => void) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const save = async (isBuilt: boolean) => {
    setIsBusy(true);
    setError(undefined);
    try {
      if (Object.keys(draft).length > 0) {
        await updateVersion(actor.id, version.versionNumber, draft);
        await queryClient.invalidateQueries({ queryKey: ['actors', 'one', actor.id] });
        discard();
        say(`Version ${version.versionNumber} is saved.`);
      }
      if (!isBuilt) return;
      const build = await startBuild(actor.id, { version: version.versionNumber, useCache: true });
      await navigate({ to: '/builds/$buildId', params: { buildId: build.id } } as never);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, error, save };
}

function DeleteVersion({ actor, version: { versionNumber } }: { readonly actor: Actor; readonly version: Version }) {
  const [isOpen, setIsOpen] = useState(false);
  const queryClient = useQueryClient();
  return (
    <>
      <Button size="small" kind="danger" onClick={() => setIsOpen(true)}>
        Delete…
      </Button>
      <Confirm
        title={`Delete version ${versionNumber}?`}
        action="Delete"
        name={versionNumber}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        onConfirm={async () => {
          await deleteVersion(actor.id, versionNumber);
          drafts.delete(`${actor.id}:${versionNumber}`);
          await queryClient.invalidateQueries({ queryKey: ['actors', 'one', actor.id] });
          say(`Version ${versionNumber} is deleted.`);
        }}
      >
        <p>Its source and its environment variables go. Builds that were made of it stay, and can be run.</p>
      </Confirm>
    </>
  );
}
