import type { FastifyInstance } from 'fastify';
import { getUser, type UserRow } from '../../accounts/users.ts';
import { isoTime } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import type { Services } from '../services.ts';

const available = ['ACTORS', 'STORAGE'];
const unavailable = [
  'SCHEDULER',
  'PROXY',
  'PROXY_EXTERNAL_ACCESS',
  'PROXY_RESIDENTIAL',
  'PROXY_SERPS',
  'WEBHOOKS',
  'ACTORS_PUBLIC_ALL',
  'ACTORS_PUBLIC_DEVELOPER',
];

export function registerUserRoutes(app: FastifyInstance, { database }: Services): void {
  app.get('/v2/users/:userId', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const own = userIdOf(request);
    const { userId } = request.params as { userId: string };
    const user = await database.read(getUser, { address: userId === 'me' ? own : userId }, request.caller);
    return { data: userId === 'me' ? privateProfile(user) : publicProfile(user) };
  });
}

const publicProfile = ({ id, username }: UserRow) => ({ id, username, profile: { name: username } });

/** A self-hosted platform costs nothing, so the plan only lists what is available. */
function privateProfile(user: UserRow) {
  return {
    ...publicProfile(user),
    email: `${user.username}@localhost`,
    proxy: { password: '', groups: [] },
    plan: {
      id: 'SELF_HOSTED',
      description: 'Self-hosted',
      isEnabled: true,
      monthlyBasePriceUsd: 0,
      monthlyUsageCreditsUsd: 0,
      usageDiscountPercent: 0,
      enabledPlatformFeatures: available,
      availableProxyGroups: {},
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

const feature = (isEnabled: boolean) => ({
  isEnabled,
  disabledReason: isEnabled ? null : 'Wherry does not have this.',
  disabledReasonType: isEnabled ? null : 'DISABLED',
  isTrial: false,
  trialExpirationAt: null,
});
