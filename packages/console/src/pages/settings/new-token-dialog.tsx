import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { hasLimits, newToken, scopeTexts, type TokenDraft, tokenBodyOf, tokenError } from '../../model/token-draft.ts';
import { createToken, type NewToken } from '../../services/tokens.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Choices, Field, Switch, Switches } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import styles from './settings.module.css';

interface NewTokenDialogProps {
  readonly isOpen: boolean;
  readonly isAdministrator: boolean;
  readonly onClose: () => void;
  readonly onMade: (token: NewToken) => void;
}

type Change = (changes: Partial<TokenDraft>) => void;

export function NewTokenDialog({ isOpen, isAdministrator, onClose, onMade }: NewTokenDialogProps) {
  const [draft, setDraft] = useState(newToken);
  const change: Change = (changes) => setDraft((before) => ({ ...before, ...changes }));
  const queryClient = useQueryClient();
  const making = useMutation({
    mutationFn: () => createToken(tokenBodyOf(draft, Date.now())),
    onSuccess: async (token) => {
      setDraft(newToken);
      onClose();
      onMade(token);
      await queryClient.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  return (
    <Dialog title="New token" isOpen={isOpen} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Field label="Name" help="Which program or person uses it." isRequired>
          <input value={draft.name} maxLength={100} onChange={({ target }) => change({ name: target.value })} />
        </Field>
        {isAdministrator && (
          <Field label="User" help="Empty for yourself.">
            <input
              value={draft.user ?? ''}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => change({ user: target.value })}
            />
          </Field>
        )}
        <Scopes draft={draft} onChange={change} />
        <Limits draft={draft} onChange={change} />
        <Field label="Lasts, in days" help="Empty for no end.">
          <input
            value={draft.days}
            inputMode="numeric"
            autoComplete="off"
            onChange={({ target }) => change({ days: target.value })}
          />
        </Field>
        {making.error && <Failure error={making.error} />}
        <div className={styles.formActions}>
          <DialogActions>
            <Button onClick={onClose}>Cancel</Button>
            <ApiButton
              call={{
                about: 'Make this token',
                method: 'POST',
                path: '/wherry/v1/tokens',
                body: tokenBodyOf(draft, Date.now()),
              }}
            />
            <Button type="submit" kind="primary" isBusy={making.isPending} disabledReason={tokenError(draft)}>
              Make the token
            </Button>
          </DialogActions>
        </div>
      </form>
    </Dialog>
  );
}

function Scopes({ draft: { scopes }, onChange }: { readonly draft: TokenDraft; readonly onChange: Change }) {
  return (
    <Choices legend="It may" isStacked>
      {scopeTexts.map(({ scope, title, about }) => (
        <label key={scope}>
          <input
            type="checkbox"
            checked={scopes.includes(scope)}
            onChange={({ target }) =>
              onChange({ scopes: target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope) })
            }
          />
          <span>
            {title}: {about}
          </span>
        </label>
      ))}
    </Choices>
  );
}

const kinds = [
  { field: 'actors', label: 'Actors' },
  { field: 'storages', label: 'Storages' },
  { field: 'runs', label: 'Runs' },
] as const;

function Limits({ draft, onChange }: { readonly draft: TokenDraft; readonly onChange: Change }) {
  return (
    <>
      <Switches>
        <Switch
          label="Only for what is named"
          isOn={draft.isLimited}
          onChange={(isLimited) => onChange({ isLimited })}
        />
      </Switches>
      {draft.isLimited &&
        kinds.map(({ field, label }) => (
          <Field key={field} label={label} help="Ids or names, with commas between them.">
            <input
              value={draft[field]}
              spellCheck={false}
              autoComplete="off"
              onChange={({ target }) => onChange({ [field]: target.value })}
            />
          </Field>
        ))}
      {hasLimits(draft) && (
        <Switches>
          <Switch
            label="It may start Actors with full permissions"
            isOn={draft.startsFull}
            onChange={(startsFull) => onChange({ startsFull })}
          />
        </Switches>
      )}
    </>
  );
}
