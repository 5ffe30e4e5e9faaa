import { useQuery } from '@tanstack/react-query';
import { useRefetchInterval } from '../../live/live.tsx';
import { formatNumber, formatUsd } from '../../model/format.ts';
import { formatQuantity, isUnlimited, lastMonths, usageTitle } from '../../model/usage.ts';
import { type AccountLimits, limitsQuery, usageQuery } from '../../services/limits.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Halves } from '../../ui/columns.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Select } from '../../ui/fields.tsx';
import { Loaded, LoadedRows } from '../../ui/loaded.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { OneValueCard } from './one-value-card.tsx';
import styles from './settings.module.css';

export function LimitsTab() {
  const query = useQuery({ ...limitsQuery, refetchInterval: useRefetchInterval() });
  return (
    <>
      <Loaded query={query} rows={8}>
        {(limits) => <Limits limits={limits} />}
      </Loaded>
      <Usage />
    </>
  );
}

function Limits({ limits }: { readonly limits: AccountLimits }) {
  return (
    <Halves>
      <Card
        title="Limits"
        actions={
          <ApiButton
            size="small"
            call={{
              about: 'Read the limits',
              method: 'GET',
              path: '/v2/users/me/limits',
              javascript: "user('me').limits()",
              python: "user('me').limits()",
            }}
          />
        }
      >
        <DataTable rows={rowsOf(limits)} columns={columns} rowId={({ name }) => name} label="Limits" empty={null} />
      </Card>
      <MonthlyLimit key={limits.limits.maxMonthlyUsageUsd} limits={limits} />
    </Halves>
  );
}

interface LimitRow {
  readonly name: string;
  readonly used: number;
  readonly most: number;
  readonly format: (amount: number) => string;
}

function rowsOf({ limits, current }: AccountLimits): LimitRow[] {
  const gb = (value: number) => `${formatQuantity(value)} GB`;
  return [
    {
      name: 'Runs and builds at once',
      used: current.activeActorJobCount,
      most: limits.maxConcurrentActorJobs,
      format: formatNumber,
    },
    { name: 'Memory of runs', used: current.actorMemoryGbytes, most: limits.maxActorMemoryGbytes, format: gb },
    { name: 'Usage of this month', used: current.monthlyUsageUsd, most: limits.maxMonthlyUsageUsd, format: formatUsd },
    { name: 'Actors', used: current.actorCount, most: limits.maxActorCount, format: formatNumber },
    { name: 'Tasks', used: current.actorTaskCount, most: limits.maxActorTaskCount, format: formatNumber },
    {
      name: 'Schedules',
      used: current.scheduleCount ?? 0,
      most: limits.maxScheduleCount ?? Number.POSITIVE_INFINITY,
      format: formatNumber,
    },
  ];
}

const columns: readonly Column<LimitRow>[] = [
  { id: 'name', header: 'Of', cell: ({ name }) => name },
  { id: 'used', header: 'Used', cell: ({ used, format }) => format(used), isNumber: true },
  {
    id: 'most',
    header: 'At most',
    cell: ({ most, format }) => (isUnlimited(most) ? 'no limit' : format(most)),
    isNumber: true,
  },
  {
    id: 'part',
    header: 'Part',
    cell: ({ used, most }) => {
      const percent = isUnlimited(most) || most === 0 ? 0 : Math.min(100, (used / most) * 100);
      return (
        <span className={styles.meter} title={`${formatQuantity(percent)} %`}>
          <i style={{ width: `${percent}%` }} />
        </span>
      );
    },
    isMinor: true,
  },
];

function MonthlyLimit({ limits: { limits } }: { readonly limits: AccountLimits }) {
  const { maxMonthlyUsageUsd } = limits;
  return (
    <OneValueCard
      title="What a month may cost"
      label="USD, empty for no limit"
      inputMode="decimal"
      stored={isUnlimited(maxMonthlyUsageUsd) ? '' : String(maxMonthlyUsageUsd)}
      errorOf={(text) => (text === '' || Number(text) >= 0 ? undefined : 'Write a number.')}
      // The platform takes the largest number for none.
      changesOf={(text) => ({ maxMonthlyUsageUsd: text === '' ? 1_000_000_000 : Number(text) })}
      done="The limit was saved."
    >
      From then on no run starts until the month is over. Runs that are under way go on. Units cost what the operator
      has set with --prices.
    </OneValueCard>
  );
}

interface UsageRow {
  readonly unit: string;
  readonly quantity: number;
  readonly usd: number;
}

const usageColumns: readonly Column<UsageRow>[] = [
  { id: 'unit', header: 'Unit', cell: ({ unit }) => usageTitle(unit), sortBy: ({ unit }) => usageTitle(unit) },
  {
    id: 'quantity',
    header: 'Used',
    cell: ({ quantity }) => formatQuantity(quantity),
    sortBy: ({ quantity }) => quantity,
    isNumber: true,
  },
  { id: 'usd', header: 'Cost', cell: ({ usd }) => formatUsd(usd), sortBy: ({ usd }) => usd, isNumber: true },
];

function Usage() {
  const months = lastMonths(Date.now(), 12);
  const [month, setMonth] = useAddressState<string>('month', months[0]!);
  const query = useQuery({ ...usageQuery(month), refetchInterval: useRefetchInterval() });
  const total = query.data && formatUsd(query.data.totalUsageCreditsUsdAfterVolumeDiscount);
  return (
    <Card
      title="Usage of a month"
      note={total && `${total} in all, by UTC`}
      actions={
        <Select
          aria-label="Month"
          className={styles.month}
          options={months.map((value) => ({ value, label: value }))}
          value={month}
          onChange={setMonth}
        />
      }
    >
      <LoadedRows query={query}>
        {(usage) => (
          <DataTable
            rows={usage && usageRowsOf(usage.monthlyServiceUsage as Readonly<Record<string, ServiceUsage>>)}
            columns={usageColumns}
            rowId={({ unit }) => unit}
            label="Usage"
            sortParameter="usage-sort"
            empty={<Empty title="Nothing was used" />}
          />
        )}
      </LoadedRows>
    </Card>
  );
}

interface ServiceUsage {
  readonly quantity: number;
  readonly amountAfterVolumeDiscountUsd: number;
}

const usageRowsOf = (usage: Readonly<Record<string, ServiceUsage>>): UsageRow[] =>
  Object.entries(usage)
    .filter(([, { quantity }]) => quantity > 0)
    .map(([unit, { quantity, amountAfterVolumeDiscountUsd }]) => ({
      unit,
      quantity,
      usd: amountAfterVolumeDiscountUsd,
    }));
