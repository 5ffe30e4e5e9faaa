import { useMemo } from 'react';
import { cronWords } from '../../model/cron-words.ts';
import type { Timing } from '../../model/schedule-times.ts';
import { browserZone, offsetText, zoneNames } from '../../model/time-zones.ts';
import { Chips } from '../../ui/chips.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/fields.tsx';
import styles from './schedules.module.css';

const presets = [
  { id: '*/15 * * * *', title: 'Every 15 minutes' },
  { id: '@hourly', title: 'Hourly' },
  { id: '0 8 * * *', title: 'Daily' },
  { id: '30 7 * * 1-5', title: 'Weekdays' },
  { id: '0 8 * * 1', title: 'Weekly' },
  { id: '0 8 1 * *', title: 'Monthly' },
] as const;

/** A cron expression and the zone whose clocks it means. */
export function TimingFields({
  timing,
  error,
  onChange,
}: {
  readonly timing: Timing;
  readonly error: string | undefined;
  readonly onChange: (changes: Partial<Timing>) => void;
}) {
  const { cronExpression, timezone } = timing;
  const zones = useMemo(() => {
    const nowMs = Date.now();
    return zoneNames().map((name) => ({
      value: name,
      label: name.replaceAll('_', ' '),
      note: offsetText(name, nowMs),
    }));
  }, []);
  const own = browserZone();
  return (
    <>
      <div className={styles.presets}>
        <Chips
          label="Common times"
          chips={presets}
          chosen={cronExpression}
          onChoose={(preset) => onChange({ cronExpression: preset })}
        />
      </div>
      <Field
        label="Cron expression"
        help={
          error === undefined ? (
            <b className={styles.words}>
              {cronWords(cronExpression) ?? 'No words for this expression: see the next times.'}
            </b>
          ) : (
            'minute, hour, day of month, month, day of week; with six fields, the second comes first'
          )
        }
        error={error}
        isRequired
      >
        <input
          className={styles.cron}
          value={cronExpression}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => onChange({ cronExpression: target.value })}
        />
      </Field>
      <Field label="Time zone" help={timezone === own ? 'Yours.' : <>Yours is {own}.</>}>
        <Combobox
          options={zones}
          value={timezone}
          onChange={(zone) => onChange({ timezone: zone })}
          placeholder="Type a city or a continent"
          empty="No zone has that in its name."
        />
      </Field>
    </>
  );
}
