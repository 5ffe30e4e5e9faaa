import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { signOut } from '../services/session.ts';
import { sayFailure } from '../ui/toasts.tsx';
import { forgetRecent } from './recent.ts';

/** Ends the session, and forgets what was read in it. */
export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await signOut();
    } catch (error) {
      sayFailure(error);
      return;
    }
    forgetRecent();
    queryClient.clear();
    await navigate({ to: '/sign-in' });
  };
}
