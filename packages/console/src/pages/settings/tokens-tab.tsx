import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { tokenScopeText } from '../../model/token-draft.ts';
import { type NewToken, removeToken, rotateToken, type Token, tokensQuery } from '../../services/tokens.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-id.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm, Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Switch } from '../../ui/fields.tsx';
import { LoadedRows } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Empty, Note } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { say } from '../../ui/toasts.tsx';
import { NewTokenDialog } from './new-token-dialog.tsx';
import styles from './settings.module.css';

type Asked = { readonly kind: 'rotate' | 'remove'; readonly token: Token };

export function TokensTab({ isAdministrator }: { readonly isAdministrator: boolean }) {
  const [whose, setWhose] = useAddressState<string>('whose', 'mine');
  const isAll = isAdministrator && whose === 'all';
  const query = useQuery({
    ...tokensQuery(isAll ? '*' : undefined),
    refetchInterval: useRefetchInterval(),
  });
  const [isMaking, setIsMaking] = useState(false);
  const [shown, setShown] = useState<NewToken>();
  const [asked, setAsked] = useState<Asked>();
  const columns = columnsOf({ isAll, ask: setAsked });
  return (
    <Card
      title="API tokens"
      note="each program gets one of its own"
      actions={
        <>
          {isAdministrator && (
            <Switch label="Of all users" isOn={isAll} onChange={(isOn) => setWhose(isOn ? 'all' : 'mine')} />
          )}
          <ApiButton
            size="small"
            call={{ about: 'List the tokens', method: 'GET', path: '/wherry/v1/tokens', wherry: 'tokens list' }}
          />
          <Button size="small" kind="primary" onClick={() => setIsMaking(true)}>
            New token
          </Button>
        </>
      }
    >
      <LoadedRows query={query}>
        {(rows) => (
          <DataTable
            rows={rows}
            columns={columns}
            rowId={({ id }) => id}
            label="API tokens"
            empty={<Empty title="There is no token" />}
          />
        )}
      </LoadedRows>
      <NewTokenDialog
        isOpen={isMaking}
        isAdministrator={isAdministrator}
        onClose={() => setIsMaking(false)}
        onMade={setShown}
      />
      <ShownToken token={shown} onClose={() => setShown(undefined)} />
      <AskedOfToken asked={asked} onClose={() => setAsked(undefined)} onNew={setShown} />
    </Card>
  );
}

function columnsOf({
  isAll,
  ask,
}: {
  readonly isAll: boolean;
  readonly ask: (asked: Asked) => void;
}): readonly Column<Token>[] {
  const user: Column<Token> = {
    id: 'user',
    header: 'User',
    cell: ({ username }) => username,
    sortBy: ({ username }) => username,
  };
  return [
    { id: 'name', header: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name.toLowerCase() },
    ...(isAll ? [user] : []),
    { id: 'scopes', header: 'May', cell: (token) => <span title={limitsOf(token)}>{tokenScopeText(token)}</span> },
    {
      id: 'expires',
      header: 'Ends',
      cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : 'never'),
      sortBy: ({ expiresAt }) => expiresAt,
    },
    {
      id: 'used',
      header: 'Last used',
      cell: ({ lastUsedAt }) => (lastUsedAt ? <Time at={lastUsedAt} /> : 'never'),
      sortBy: ({ lastUsedAt }) => lastUsedAt,
      isMinor: true,
    },
    { id: 'made', header: 'Made', cell: ({ createdAt }) => <Time at={createdAt} />, isMinor: true },
    {
      id: 'actions',
      header: 'Actions',
      cell: (token) => {
        const reason = token.isOfDataFolder
          ? 'It is replaced by starting the platform with another one (WHERRY_TOKEN).'
          : undefined;
        return (
          <Menu
            title="Change"
            size="small"
            kind="quiet"
            aria-label={`Change the token ${token.name}`}
            actions={[
              {
                title: 'Rotate',
                about: 'A new token with the same limits; this one ends at once',
                disabledReason: reason,
                onChoose: () => ask({ kind: 'rotate', token }),
              },
              {
                title: 'Remove',
                isDangerous: true,
                disabledReason: reason,
                onChoose: () => ask({ kind: 'remove', token }),
              },
            ]}
          />
        );
      },
    },
  ];
}

const limitsOf = ({ resources }: Token): string =>
  resources === null ? 'Not limited to named resources' : Object.values(resources).flat().join(', ');

/** The token itself, this once. */
function ShownToken({ token, onClose }: { readonly token: NewToken | undefined; readonly onClose: () => void }) {
  return (
    <Dialog title={`Token ${token?.name ?? ''}`} isOpen={token !== undefined} onClose={onClose}>
      <Note>Copy it now: it is stored as a hash, and cannot be shown again.</Note>
      <code className={styles.token}>{token?.token}</code>
      <DialogActions>
        <Button onClick={onClose}>Done</Button>
        <Button
          kind="primary"
          onClick={() => {
            void copyText(token!.token).then(() => say('The token is in the clipboard.'));
          }}
        >
          Copy
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function AskedOfToken({
  asked,
  onClose,
  onNew,
}: {
  readonly asked: Asked | undefined;
  readonly onClose: () => void;
  readonly onNew: (token: NewToken) => void;
}) {
  const queryClient = useQueryClient();
  const isRotation = asked?.kind === 'rotate';
  const confirm = async () => {
    const { kind, token } = asked!;
    if (kind === 'rotate') onNew(await rotateToken(token.id));
    else {
      await removeToken(token.id);
      say(`The token ${token.name} was removed: it is refused from now on.`);
    }
    await queryClient.invalidateQueries({ queryKey: ['tokens'] });
  };
  return (
    <Confirm
      title={`${isRotation ? 'Rotate' : 'Remove'} the token ${asked?.token.name ?? ''}`}
      action={isRotation ? 'Rotate' : 'Remove'}
      name={isRotation ? undefined : asked?.token.name}
      isOpen={asked !== undefined}
      onClose={onClose}
      onConfirm={confirm}
    >
      <p>
        Programs that use it get 401 from that moment
        {isRotation
          ? ', until they have the new one.'
          : '. If this browser has signed in with it, it is signed out too.'}
      </p>
    </Confirm>
  );
}
