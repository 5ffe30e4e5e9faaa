import type { FastifyInstance } from 'fastify';
import { getUser, type UserRow } from '../../accounts/users.ts';
import type { Caller } from '../../database/operation.ts';
import type { ProxyAccount } from '../../proxy/forward-proxy.ts';
import { isoTime } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import type { ActorServices } from '../services.ts';

const alwaysAvailable = ['ACTORS', 'STORAGE', 'SCHEDULER', 'WEBHOOKS', 'PROXY', 'PROXY_EXTERNAL_ACCESS'];
/** Features that are there when the operator has named a group as Apify calls its own. */
const featuresOfGroups = [
  ['PROXY_RESIDENTIAL', 'RESIDENTIAL'],
  ['PROXY_SERPS', 'GOOGLE_SERP'],
] as const;
const neverAvailable = ['ACTORS_PUBLIC_ALL', 'ACTORS_PUBLIC_DEVELOPER'];

export function registerUserRoutes(app: FastifyInstance, { database, proxy }: ActorServices): void {
  app.get('/v2/users/:userId', { config: { access: 'profile', effect: 'reads' } }, async (request) => {
    const own = userIdOf(request);
    const { userId } = request.params as { userId: string };
    const user = await database.read(getUser, { address: userId === 'me' ? own : userId }, request.caller);
    return { data: userId === 'me' ? privateProfile(user, proxy, request.caller) : publicProfile(user) };
  });
}

const publicProfile = ({ id, username, name }: UserRow) => ({ id, username, profile: { name: name ?? username } });

/** A self-hosted platform costs nothing, so the plan only lists what is available. */
function privateProfile(user: UserRow, proxy: ProxyAccount, caller: Caller) {
  const groups = proxy.groups.map(({ name, description, upstreams }) => ({
    name,
    description,
    availableCount: upstreams.length,
  }));
  const has = (group: string) => groups.some(({ name }) => name === group);
  const available = [
    ...alwaysAvailable,
    ...featuresOfGroups.flatMap(([feature, group]) => (has(group) ? [feature] : [])),
  ];
  const unavailable = [
    ...neverAvailable,
    ...featuresOfGroups.flatMap(([feature, group]) => (has(group) ? [] : [feature])),
  ];
  return {
    ...publicProfile(user),
    email: user.email ?? `${user.username}@localhost`,
    // [token-3] whoever has the password sends requests in the name of the user.
    proxy: { password: isWholeAccount(caller) ? proxy.passwordOf({ kind: 'user', id: user.id }) : '', groups },
    plan: {
      id: 'SELF_HOSTED',
      description: 'Self-hosted',
      isEnabled: true,
      monthlyBasePriceUsd: 0,
      monthlyUsageCreditsUsd: 0,
      usageDiscountPercent: 0,
      enabledPlatformFeatures: available,
      availableProxyGroups: Object.fromEntries(groups.map(({ name, availableCount }) => [name, availableCount])),
      supportLevel: 'COMMUNITY',
      availableAddOns: [],
    },
    effectivePlatformFeatures: Object.fromEntries([
      ...available.map((name) => [name, feature(true)]),
      ...unavailable.map((name) => [name, feature(false)]),
    ]),
    createdAt: isoTime(user.created_at),
    isPaying: false,
  };
}

const isWholeAccount = (caller: Caller): boolean => caller.kind === 'user' && caller.limits === undefined;

const feature = (isEnabled: boolean) => ({
  isEnabled,
  disabledReason: isEnabled ? null : 'Wherry does not have this.',
  disabledReasonType: isEnabled ? null : 'DISABLED',
  isTrial: false,
  trialExpirationAt: null,
});
