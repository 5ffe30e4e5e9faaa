import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { sessionQuery, signIn } from '../../services/session.ts';
import { Sail } from '../../shell/shell.tsx';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import styles from './sign-in-page.module.css';

/** The one-time code of a sign-in link. It is in the fragment, which browsers do not send, and is taken out of the address at once. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? undefined;
  if (code !== undefined) history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

/** A link may name any page to go on to; only those of the console are gone to. */
const isOwnPath = (path: string): boolean => /^\/(?![/\\])/.test(path);

export function SignInPage() {
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const [to] = useAddressState<string>('to', '/');
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const enter = async (credential: { token: string } | { code: string }) => {
    setIsBusy(true);
    setError(undefined);
    try {
      queryClient.setQueryData(sessionQuery.queryKey, await signIn(credential));
      await navigate({ to: isOwnPath(to) ? to : '/', replace: true });
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  };
  useEffect(() => {
    document.title = 'Sign in · Wherry';
    const code = takeCode();
    if (code !== undefined) void enter({ code });
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter({ token: token.trim() });
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <h1>
          <Sail /> Wherry
        </h1>
        <Field
          label="API token"
          help={
            <>
              Paste a token, or get a link that signs in once: <code>wherry console</code>
            </>
          }
        >
          <input type="password" value={token} onChange={({ target }) => setToken(target.value)} autoComplete="off" />
        </Field>
        {error !== undefined && <Failure error={error} />}
        <Button
          type="submit"
          kind="primary"
          isBusy={isBusy}
          disabledReason={token.trim() === '' ? 'Paste a token first.' : undefined}
        >
          {isBusy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
