import type { FastifyInstance } from 'fastify';
import { accountCounts, costSlice, listRunCosts, type RunCost } from '../../runs/operations/run-cost.ts';
import { maxSchedules, scheduleCount } from '../../schedules/schedules.ts';
import { invalidInput } from '../../shared/errors.ts';
import { nextTurn } from '../../shared/slices.ts';
import { isoTime } from '../../shared/time.ts';
import { userIdOf } from '../caller.ts';
import { queryOf } from '../query.ts';
import type { HandoffServices, RunServices } from '../services.ts';

type AccountServices = RunServices & Pick<HandoffServices, 'servers' | 'supervisor'>;

/** What Wherry does not limit. Apify's clients want a number. */
const unlimited = 1_000_000_000;

/** What an account has used, and what it may use. */
export function registerAccountRoutes(app: FastifyInstance, services: AccountServices): void {
  const { database } = services;

  app.get('/v2/users/me/limits', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const userId = userIdOf(request);
    const month = monthOf(undefined, services.clock.now());
    const counts = await database.read(accountCounts, { userId }, request.caller);
    const schedules = await database.read(scheduleCount, { userId }, request.caller);
    const used = await usageOf(services, userId, month);
    return { data: limitsOf(services, month, { ...counts, schedules }, used.total) };
  });

  app.get('/v2/users/me/usage/monthly', { config: { access: 'user', effect: 'reads' } }, async (request) => {
    const month = monthOf(queryOf(request).date, services.clock.now());
    const { total, days } = await usageOf(services, userIdOf(request), month);
    const dailyServiceUsages = [...days].map(([date, cost]) => ({
      date,
      serviceUsage: serviceUsageOf(cost, services.prices.ACTOR_COMPUTE_UNITS),
      totalUsageCreditsUsd: cost.totalUsd,
    }));
    return {
      data: {
        usageCycle: cycleOf(month),
        monthlyServiceUsage: serviceUsageOf(total, services.prices.ACTOR_COMPUTE_UNITS),
        dailyServiceUsages,
        totalUsageCreditsUsdBeforeVolumeDiscount: total.totalUsd,
        totalUsageCreditsUsdAfterVolumeDiscount: total.totalUsd,
      },
    };
  });
}

interface Month {
  readonly from: number;
  readonly until: number;
}

/** The calendar month, in UTC, that has the date; the current one unless given. */
function monthOf(date: string | undefined, now: number): Month {
  const time = date ? Date.parse(date) : now;
  if (Number.isNaN(time))
    throw invalidInput(`The parameter "date" must be a date such as 2026-01-31, but is "${date}".`);
  const day = new Date(time);
  return {
    from: Date.UTC(day.getUTCFullYear(), day.getUTCMonth()),
    until: Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1),
  };
}

const cycleOf = ({ from, until }: Month) => ({ startAt: isoTime(from), endAt: isoTime(until - 1) });

type Sum = Pick<RunCost, 'computeUnits' | 'totalUsd'>;

const added = (sum: Sum | undefined, cost: Sum): Sum => ({
  computeUnits: (sum?.computeUnits ?? 0) + cost.computeUnits,
  totalUsd: Number(((sum?.totalUsd ?? 0) + cost.totalUsd).toFixed(6)),
});

/** What the runs cost that started in the month, in all and by day. Other calls have their turn in between. */
async function usageOf({ database, prices }: AccountServices, userId: string, { from, until }: Month) {
  let total: Sum = { computeUnits: 0, totalUsd: 0 };
  const days = new Map<string, Sum>();
  let after = { startedAt: 0, id: '' };
  for (;;) {
    const listing = { userId, startedFrom: from, startedBefore: until, after, prices };
    const costs = await database.read(listRunCosts, listing, { kind: 'user', userId });
    for (const cost of costs) {
      const day = `${isoTime(cost.startedAt).slice(0, 10)}T00:00:00.000Z`;
      total = added(total, cost);
      days.set(day, added(days.get(day), cost));
    }
    if (costs.length < costSlice) return { total, days };
    const { startedAt, id } = costs.at(-1)!;
    after = { startedAt, id };
    await nextTurn();
  }
}

const serviceUsageOf = ({ computeUnits, totalUsd }: Sum, priceUsd: number) => ({
  ACTOR_COMPUTE_UNITS: {
    quantity: computeUnits,
    baseAmountUsd: totalUsd,
    baseUnitPriceUsd: priceUsd,
    amountAfterVolumeDiscountUsd: totalUsd,
    priceTiers: [],
  },
});

function limitsOf(
  { maxRuns, servers, supervisor }: AccountServices,
  month: Month,
  counts: {
    readonly actors: number;
    readonly runs: number;
    readonly memoryMbytes: number;
    readonly schedules: number;
  },
  used: Sum,
) {
  const machines = new Map(
    servers.placeable(supervisor.load()).map(({ machine, memoryMbytes }) => [machine, memoryMbytes]),
  );
  const memoryMbytes = Math.min(
    unlimited,
    [...machines.values()].reduce((sum, mbytes) => sum + mbytes, 0),
  );
  return {
    monthlyUsageCycle: cycleOf(month),
    limits: {
      maxMonthlyUsageUsd: unlimited,
      maxMonthlyActorComputeUnits: unlimited,
      maxMonthlyExternalDataTransferGbytes: unlimited,
      maxMonthlyProxySerps: unlimited,
      maxMonthlyResidentialProxyGbytes: unlimited,
      maxActorMemoryGbytes: memoryMbytes / 1024,
      maxActorCount: unlimited,
      maxActorTaskCount: unlimited,
      maxConcurrentActorJobs: maxRuns,
      maxTeamAccountSeatCount: 1,
      dataRetentionDays: unlimited,
      maxScheduleCount: maxSchedules,
    },
    current: {
      monthlyUsageUsd: used.totalUsd,
      monthlyActorComputeUnits: used.computeUnits,
      monthlyExternalDataTransferGbytes: 0,
      monthlyProxySerps: 0,
      monthlyResidentialProxyGbytes: 0,
      actorMemoryGbytes: counts.memoryMbytes / 1024,
      actorCount: counts.actors,
      actorTaskCount: 0,
      activeActorJobCount: counts.runs,
      teamAccountSeatCount: 1,
      scheduleCount: counts.schedules,
    },
  };
}
