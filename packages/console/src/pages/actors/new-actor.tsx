import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type TemplateId, templateFiles, templates } from '../../model/actor-templates.ts';
import { createActor } from '../../services/actors.ts';
import { Button } from '../../ui/button.tsx';
import { Chips } from '../../ui/chips.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';

export function NewActor() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button kind="primary" onClick={() => setIsOpen(true)}>
        New Actor…
      </Button>
      {isOpen && <NewActorDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

function NewActorDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [template, setTemplate] = useState<TemplateId>('javascript');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const make = async () => {
    setIsBusy(true);
    setError(undefined);
    const version = {
      versionNumber: '0.1',
      buildTag: 'latest',
      sourceType: 'SOURCE_FILES' as const,
      sourceFiles: templateFiles(template, name) as never,
    };
    try {
      const actor = await createActor({ name, versions: template === 'empty' ? [] : [version] });
      await queryClient.invalidateQueries({ queryKey: ['actors', 'list'] });
      await navigate({ to: '/actors/$actorId', params: { actorId: actor.id }, search: { tab: 'source' } } as never);
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title="New Actor" isOpen onClose={onClose}>
      <Field label="Name" help="Letters, digits, hyphens, dots and underscores; part of its address">
        <input
          value={name}
          placeholder="my-actor"
          onChange={({ target }) => setName(target.value)}
          spellCheck={false}
        />
      </Field>
      <Chips
        label="Files to begin with"
        chips={templates.map(({ id, title }) => ({ id, title }))}
        chosen={template}
        onChoose={(id) => setTemplate(id as TemplateId)}
      />
      <p>
        You edit the files here and build them, or push others over them from a folder of your machine:{' '}
        <code>apify push</code> with Apify's command line, or <code>wherry run ./my-actor</code>, which runs it too.
      </p>
      {error !== undefined && <Failure error={error} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          isBusy={isBusy}
          disabledReason={name === '' ? 'Write a name first.' : undefined}
          onClick={() => void make()}
        >
          {isBusy ? 'Making…' : 'Make it'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
