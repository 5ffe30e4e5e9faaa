import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from './services/session.ts';
import { NotFound, PageFailure } from './shell/page-failure.tsx';
import { Shell } from './shell/shell.tsx';

interface Context {
  readonly queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, errorComponent: PageFailure });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** Everything that needs a session. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: '/sign-in', search: { to: location.href } as never });
  },
});

const page = <Path extends string>(path: Path, component: Parameters<typeof createRoute>[0]['component']) =>
  createRoute({ getParentRoute: () => signedIn, path, component: component as never });

// Each page is a file of its own, loaded when it is opened first.
const pages = [
  page(
    '/',
    lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
  ),
  page(
    '/actors',
    lazyRouteComponent(() => import('./pages/actors/actors-page.tsx'), 'ActorsPage'),
  ),
  page(
    '/actors/$actorId',
    lazyRouteComponent(() => import('./pages/actors/actor-page.tsx'), 'ActorPage'),
  ),
  page(
    '/builds/$buildId',
    lazyRouteComponent(() => import('./pages/actors/build-page.tsx'), 'BuildPage'),
  ),
  page(
    '/runs',
    lazyRouteComponent(() => import('./pages/runs/runs-page.tsx'), 'RunsPage'),
  ),
  page(
    '/runs/$runId',
    lazyRouteComponent(() => import('./pages/runs/run-page.tsx'), 'RunPage'),
  ),
  page(
    '/tasks',
    lazyRouteComponent(() => import('./pages/tasks/tasks-page.tsx'), 'TasksPage'),
  ),
  page(
    '/tasks/$taskId',
    lazyRouteComponent(() => import('./pages/tasks/task-page.tsx'), 'TaskPage'),
  ),
  page(
    '/schedules',
    lazyRouteComponent(() => import('./pages/schedules/schedules-page.tsx'), 'SchedulesPage'),
  ),
  page(
    '/schedules/$scheduleId',
    lazyRouteComponent(() => import('./pages/schedules/schedule-page.tsx'), 'SchedulePage'),
  ),
  page(
    '/webhooks',
    lazyRouteComponent(() => import('./pages/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
  ),
  page(
    '/webhooks/$webhookId',
    lazyRouteComponent(() => import('./pages/webhooks/webhook-page.tsx'), 'WebhookPage'),
  ),
  page(
    '/datasets',
    lazyRouteComponent(() => import('./pages/datasets/datasets-page.tsx'), 'DatasetsPage'),
  ),
  page(
    '/datasets/$datasetId',
    lazyRouteComponent(() => import('./pages/datasets/dataset-page.tsx'), 'DatasetPage'),
  ),
  page(
    '/key-value-stores',
    lazyRouteComponent(() => import('./pages/key-value-stores/stores-page.tsx'), 'StoresPage'),
  ),
  page(
    '/key-value-stores/$storeId',
    lazyRouteComponent(() => import('./pages/key-value-stores/store-page.tsx'), 'StorePage'),
  ),
  page(
    '/request-queues',
    lazyRouteComponent(() => import('./pages/request-queues/queues-page.tsx'), 'QueuesPage'),
  ),
  page(
    '/request-queues/$queueId',
    lazyRouteComponent(() => import('./pages/request-queues/queue-page.tsx'), 'QueuePage'),
  ),
  page(
    '/servers',
    lazyRouteComponent(() => import('./pages/servers/servers-page.tsx'), 'ServersPage'),
  ),
  page(
    '/proof',
    lazyRouteComponent(() => import('./pages/proof/proofs-page.tsx'), 'ProofsPage'),
  ),
  page(
    '/proof/$proofId',
    lazyRouteComponent(() => import('./pages/proof/proof-page.tsx'), 'ProofPage'),
  ),
  page(
    '/settings',
    lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
  ),
];

/** A path of Apify's Console, which the stock `apify` command prints when `APIFY_CONSOLE_URL` names this one. */
const pathOfApify = (path: string, to: string, search = {}) =>
  createRoute({
    getParentRoute: () => signedIn,
    path,
    beforeLoad: ({ params }) => {
      throw redirect({ to, params, search, replace: true } as never);
    },
  });

const pathsOfApify = [
  pathOfApify('/actors/$actorId/runs/$runId', '/runs/$runId'),
  pathOfApify('/actors/$actorId/builds/$buildNumber', '/actors/$actorId', { tab: 'builds' }),
  pathOfApify('/storage/datasets/$datasetId', '/datasets/$datasetId'),
  pathOfApify('/storage/key-value-stores/$storeId', '/key-value-stores/$storeId'),
  pathOfApify('/storage/request-queues/$queueId', '/request-queues/$queueId'),
  pathOfApify('/settings/integrations', '/settings'),
];

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([signIn, signedIn.addChildren([...pages, ...pathsOfApify])]),
    basepath: '/console',
    context: { queryClient },
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: PageFailure,
    defaultPreload: 'intent',
    scrollRestoration: true,
    // Parameters are texts as they stand; the router's own form would put JSON into the address.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const text = new URLSearchParams(search as Record<string, string>).toString();
      return text === '' ? '' : `?${text}`;
    },
  });
}
