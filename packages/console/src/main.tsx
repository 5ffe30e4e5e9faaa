import './ui/base.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client.ts';
import { createConsoleRouter } from './router.tsx';
import { sessionQuery } from './services/session.ts';
import { applyTheme } from './shell/theme.ts';
import { cspNonce } from './ui/csp-nonce.ts';

applyTheme();

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The stream of events makes queries old.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failureCount, error) =>
        failureCount < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

const router = createConsoleRouter(queryClient);

// A session that has ended meanwhile, for one because its token was revoked.
queryClient.getQueryCache().subscribe((event) => {
  if (event.type !== 'updated' || event.action.type !== 'error') return;
  const { error } = event.action as { error: unknown };
  if (!(error instanceof ApiError) || error.status !== 401) return;
  queryClient.setQueryData(sessionQuery.queryKey, null);
  void router.invalidate();
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <CSPProvider nonce={cspNonce}>
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider delay={300}>
          <RouterProvider router={router} />
        </Tooltip.Provider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
