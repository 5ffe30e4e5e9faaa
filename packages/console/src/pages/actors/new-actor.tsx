import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type TemplateId, templateFiles, templates } from '../../model/actor-templates.ts';
import { createActor } from '../../services/actors.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import styles from './actors.module.css';

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
      const file = templates.find(({ id }) => id === template)?.program;
      const search = { tab: 'source', ...(file && { file }) };
      await navigate({ to: '/actors/$actorId', params: { actorId: actor.id }, search } as never);
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
      <fieldset className={styles.templates}>
        <legend>Files to begin with</legend>
        {templates.map(({ id, title, about }) => (
          <label key={id} className={styles.template}>
            <input type="radio" name="template" checked={id === template} onChange={() => setTemplate(id)} />
            <span>
              {title} <span className={styles.faint}>{about}</span>
            </span>
          </label>
        ))}
      </fieldset>
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
