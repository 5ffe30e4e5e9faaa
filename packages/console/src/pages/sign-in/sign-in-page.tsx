import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { type CodeUser, type Session, sessionQuery, signIn, userOfCode } from '../../services/session.ts';
import { forgetRecent } from '../../shell/recent.ts';
import { Sail } from '../../shell/shell.tsx';
import { useAddressState } from '../../ui/address-state.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure, Note, Skeleton } from '../../ui/notice.tsx';
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
  const [code, setCode] = useState<string>();
  // Another link may be opened while the page is there.
  const hash = useLocation({ select: (address) => address.hash });
  useEffect(() => {
    document.title = 'Sign in · Wherry';
    const given = takeCode();
    if (given !== undefined) setCode(given);
  }, [hash]);
  return (
    <main className={styles.page}>
      {code === undefined ? <TokenForm /> : <LinkForm key={code} code={code} onToken={() => setCode(undefined)} />}
    </main>
  );
}

/** Signs in, and forgets what was read as somebody else. */
function useEnter() {
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const [to] = useAddressState<string>('to', '/');
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const enter = async (credential: { token: string } | { code: string }) => {
    setIsBusy(true);
    setError(undefined);
    try {
      const former = queryClient.getQueryData<Session | null>(sessionQuery.queryKey);
      const session = await signIn(credential);
      if (former && former.userId !== session.userId) forgetRecent();
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: isOwnPath(to) ? to : '/', replace: true });
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  };
  return { error, isBusy, enter };
}

function TokenForm() {
  const [token, setToken] = useState('');
  const { error, isBusy, enter } = useEnter();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter({ token: token.trim() });
  };
  return (
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
  );
}

interface Asked {
  readonly user: CodeUser;
  /** Whom the sign-in replaces; null for nobody. */
  readonly former: Session | null;
}

/** Whom the link signs in, who is signed in now, and a button: to open a link signs nobody in or out. */
function LinkForm({ code, onToken }: { readonly code: string; readonly onToken: () => void }) {
  const [asked, setAsked] = useState<Asked>();
  const [former, setFormer] = useState<Session | null>(null);
  const [refusal, setRefusal] = useState<unknown>();
  const { error, isBusy, enter } = useEnter();
  const queryClient = useQueryClient();
  useEffect(() => {
    let isLeft = false;
    const ask = async () => {
      const session = await queryClient.fetchQuery(sessionQuery);
      if (isLeft) return;
      setFormer(session);
      const user = await userOfCode(code);
      if (!isLeft) setAsked({ user, former: session });
    };
    ask().catch((failure: unknown) => {
      if (!isLeft) setRefusal(failure);
    });
    return () => {
      isLeft = true;
    };
  }, [code, queryClient]);
  const failure = refusal ?? error;
  return (
    <section className={styles.card}>
      <h1>
        <Sail /> Wherry
      </h1>
      {asked === undefined && failure === undefined && <Skeleton />}
      {asked !== undefined && failure === undefined && <Question {...asked} />}
      {failure !== undefined && <Failure error={failure} />}
      {asked !== undefined && failure === undefined && (
        <Button kind="primary" isBusy={isBusy} onClick={() => void enter({ code })}>
          {isBusy ? 'Signing in…' : `Sign in as ${asked.user.username}`}
        </Button>
      )}
      {former !== null && (
        <ButtonLink to="/" replace>
          Stay signed in as {former.username}
        </ButtonLink>
      )}
      {failure !== undefined && <Button onClick={onToken}>Sign in with a token</Button>}
    </section>
  );
}

function Question({ user, former }: Asked) {
  return (
    <>
      <p>
        This link signs this browser in as <strong>{user.username}</strong>, with the rights of the token “
        {user.tokenName}”. It works once.
      </p>
      {former !== null && (
        <Note>
          <p>
            {former.userId === user.userId ? (
              <>You are signed in as this user already. The new session takes the place of yours.</>
            ) : (
              <>
                You are signed in as <strong>{former.username}</strong>. That session ends. Go on only if you have asked
                for this link.
              </>
            )}
          </p>
        </Note>
      )}
    </>
  );
}
