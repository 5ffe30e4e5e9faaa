import { useRouter } from '@tanstack/react-router';
import { ApiError } from '../api/client.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Empty, Failure } from '../ui/notice.tsx';

/** Shown instead of a page that failed. */
export function PageFailure({ error }: { readonly error: unknown }) {
  const router = useRouter();
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  return <Failure error={error} retry={() => void router.invalidate()} />;
}

export function NotFound() {
  return (
    <Empty title="There is nothing here">
      <p>It was deleted, or it belongs to another user, or the address is wrong.</p>
      <ButtonLink to="/">Go to the overview</ButtonLink>
    </Empty>
  );
}
