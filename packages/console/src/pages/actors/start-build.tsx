import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Actor, Version } from '../../services/actors.ts';
import { startBuild } from '../../services/builds.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field, Select, Switch } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import { say } from '../../ui/toasts.tsx';

/** Why a version cannot be built here. */
export const notBuildable = ({ sourceType }: Version): string | undefined =>
  sourceType === 'SOURCE_FILES' || sourceType === 'TARBALL' || sourceType === null
    ? undefined
    : `Wherry does not build from ${sourceType}. Take source files or a tarball's URL; GitHub has one for each repository.`;

/** A button that asks for a version and builds it. */
export function StartBuild({ actor }: { readonly actor: Actor }) {
  const [isOpen, setIsOpen] = useState(false);
  const none = actor.versions.length === 0 ? 'The Actor has no version yet: make one under Source.' : undefined;
  return (
    <>
      <Button size="small" kind="primary" disabledReason={none} onClick={() => setIsOpen(true)}>
        Build…
      </Button>
      {isOpen && <BuildDialog actor={actor} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function BuildDialog({ actor, onClose }: { readonly actor: Actor; readonly onClose: () => void }) {
  const newest = actor.versions.at(-1)!;
  const [version, setVersion] = useState(newest.versionNumber);
  const [tag, setTag] = useState('');
  const [useCache, setUseCache] = useState(true);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const chosen = actor.versions.find((each) => each.versionNumber === version) ?? newest;
  const start = async () => {
    setIsBusy(true);
    setError(undefined);
    try {
      const build = await startBuild(actor.id, { version, tag: tag || undefined, useCache });
      await queryClient.invalidateQueries({ queryKey: ['builds'] });
      say(`Build ${build.buildNumber} started.`);
      onClose();
      await navigate({ to: '/builds/$buildId', params: { buildId: build.id } } as never);
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={`Build ${actor.title || actor.name}`} isOpen onClose={onClose}>
      <Field label="Version">
        <Select
          value={version}
          onChange={setVersion}
          options={actor.versions.map(({ versionNumber, buildTag }) => ({
            value: versionNumber,
            label: buildTag ? `${versionNumber} (${buildTag})` : versionNumber,
          }))}
        />
      </Field>
      <Field label="Tag" help="Given to the build when it succeeds">
        <input
          value={tag}
          placeholder={chosen.buildTag ?? 'No tag'}
          onChange={({ target }) => setTag(target.value.trim())}
        />
      </Field>
      <Switch label="Use the packages of an earlier build" isOn={useCache} onChange={setUseCache} />
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" isBusy={isBusy} disabledReason={notBuildable(chosen)} onClick={() => void start()}>
          {isBusy ? 'Starting…' : 'Build'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
