import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Usage, UsageUnit } from '../../accounts/usage.ts';
import {
  changeOwnLimits,
  type LimitsOfUser,
  limitsOfUser,
  type OwnLimits,
  retentionDaysOf,
} from '../../accounts/user-limits.ts';
import {
  amountOf,
  type Month,
  monthOf,
  priceOf,
  readMonthlyUsage,
  totalUsdOf,
} from '../../runs/operations/monthly-usage.ts';
import { accountCounts, type UsagePrices } from '../../runs/operations/run-cost.ts';
import { maxSchedules, scheduleCount } from '../../schedules/schedules.ts';
import { invalidInput } from '../../shared/errors.ts';
import { bodyChecker } from '../../shared/schema-check.ts';
import { isoTime } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { HandoffServices, RunServices } from '../services.ts';

type AccountServices = RunServices & Pick<HandoffServices, 'servers' | 'supervisor'>;

/** What Wherry does not limit. Apify's clients want a number. */
const unlimited = 1_000_000_000;

const checkLimits = bodyChecker<OwnLimits>({
  type: 'object',
  additionalProperties: false,
  properties: {
    maxMonthlyUsageUsd: { type: 'number', minimum: 0, maximum: unlimited },
    dataRetentionDays: { type: 'integer', minimum: 1, maximum: unlimited },
  },
});

/** What an account has used, and what it may use. */
export function registerAccountRoutes(app: FastifyInstance, services: AccountServices): void {
  const { database, prices } = services;

  app.get('/v2/users/me/limits', { config: { access: 'user', effect: 'reads' } }, async (request) => ({
    data: await readLimits(services, request),
  }));

  app.put('/v2/users/me/limits', { config: { access: 'user', effect: 'savesState' } }, async (request, reply) => {
    const limits = checkLimits(request.body);
    const change = { userId: userIdOf(request), limits, maxRetentionDays: services.retainDays };
    await database.write(changeOwnLimits, change, request.caller);
    return reply.code(201).send({});
  });

  app.get('/v2/users/me/usage/monthly', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const month = monthOf(timeOf(queryOf(request).date, services.clock.now()));
    await services.usageMeter.flush();
    const { total, days } = await readMonthlyUsage(database, userIdOf(request), month);
    const totalUsd = totalUsdOf(total, prices);
    return {
      data: {
        usageCycle: cycleOf(month),
        monthlyServiceUsage: serviceUsageOf(total, prices),
        dailyServiceUsages: [...days].map(([day, usage]) => ({
          date: isoTime(day),
          serviceUsage: serviceUsageOf(usage, prices),
          totalUsageCreditsUsd: totalUsdOf(usage, prices),
        })),
        totalUsageCreditsUsdBeforeVolumeDiscount: totalUsd,
        totalUsageCreditsUsdAfterVolumeDiscount: totalUsd,
      },
    };
  });
}

function timeOf(date: string | undefined, now: number): number {
  const time = date ? Date.parse(date) : now;
  if (!Number.isNaN(time)) return time;
  throw invalidInput(`The parameter "date" must be a date such as 2026-01-31, but is "${date}".`);
}

const cycleOf = ({ from, until }: Month) => ({ startAt: isoTime(from), endAt: isoTime(until - 1) });

/** By Apify's names of what is used. There are no tiers and no discounts. */
function serviceUsageOf(usage: Usage, prices: UsagePrices) {
  const items = Object.entries({ ACTOR_COMPUTE_UNITS: 0, ...usage }) as [UsageUnit, number][];
  return Object.fromEntries(
    items.map(([unit, quantity]) => {
      const amountUsd = amountOf(unit, quantity, prices);
      const item = {
        quantity,
        baseAmountUsd: amountUsd,
        baseUnitPriceUsd: priceOf(unit, prices),
        amountAfterVolumeDiscountUsd: amountUsd,
        priceTiers: [],
      };
      return [unit, item];
    }),
  );
}

async function readLimits(services: AccountServices, request: FastifyRequest) {
  const { database, clock, prices, usageMeter } = services;
  const userId = userIdOf(request);
  const month = monthOf(clock.now());
  const counts = await database.read(accountCounts, { userId }, request.caller);
  const schedules = await database.read(scheduleCount, { userId }, request.caller);
  const own = await database.read(limitsOfUser, { userId }, request.caller);
  await usageMeter.flush();
  const { total } = await readMonthlyUsage(database, userId, month);
  return {
    monthlyUsageCycle: cycleOf(month),
    limits: limitsOf(services, own),
    current: {
      monthlyUsageUsd: totalUsdOf(total, prices),
      monthlyActorComputeUnits: total.ACTOR_COMPUTE_UNITS ?? 0,
      monthlyExternalDataTransferGbytes: total.DATA_TRANSFER_EXTERNAL_GBYTES ?? 0,
      monthlyProxySerps: total.PROXY_SERPS ?? 0,
      monthlyResidentialProxyGbytes: total.PROXY_RESIDENTIAL_TRANSFER_GBYTES ?? 0,
      actorMemoryGbytes: counts.memoryMbytes / 1024,
      actorCount: counts.actors,
      actorTaskCount: counts.tasks,
      activeActorJobCount: counts.runs,
      teamAccountSeatCount: 1,
      scheduleCount: schedules,
    },
  };
}

function limitsOf(services: AccountServices, own: LimitsOfUser) {
  const { maxRuns, maxUserMbytes, retainDays, servers, supervisor } = services;
  const machines = new Map(
    servers.placeable(supervisor.load()).map(({ machine, memoryMbytes }) => [machine, memoryMbytes]),
  );
  const memoryMbytes = Math.min(
    unlimited,
    own.maxMemoryMbytes ?? maxUserMbytes ?? unlimited,
    [...machines.values()].reduce((sum, mbytes) => sum + mbytes, 0),
  );
  return {
    maxMonthlyUsageUsd: own.maxMonthlyUsageUsd ?? unlimited,
    maxMonthlyActorComputeUnits: unlimited,
    maxMonthlyExternalDataTransferGbytes: unlimited,
    maxMonthlyProxySerps: unlimited,
    maxMonthlyResidentialProxyGbytes: unlimited,
    maxActorMemoryGbytes: memoryMbytes / 1024,
    maxActorCount: unlimited,
    maxActorTaskCount: unlimited,
    maxConcurrentActorJobs: own.maxRuns ?? maxRuns,
    maxTeamAccountSeatCount: 1,
    dataRetentionDays: retentionDaysOf(own.dataRetentionDays, retainDays) ?? unlimited,
    maxScheduleCount: maxSchedules,
  };
}
