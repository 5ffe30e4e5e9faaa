import { useId } from 'react';
import { formatBytes } from '../model/format.ts';
import type { RunOptions } from '../model/run-options.ts';
import { Field, Select, Switch } from '../ui/fields.tsx';
import styles from './run-options.module.css';

interface RunOptionsFormProps {
  readonly value: RunOptions;
  readonly onChange: (value: RunOptions) => void;
  /** What holds where nothing is chosen. */
  readonly defaults?: { readonly [Name in keyof RunOptions]?: RunOptions[Name] | null };
  /** Whose the defaults are. */
  readonly usual?: string;
  /** Tags and numbers of builds to choose from; others can be typed. */
  readonly builds?: readonly string[];
  /** Whether it is about an Actor's own defaults, which have no limit of charges. */
  readonly isOfActor?: boolean;
}

/** The amounts that a run may ask for, in MB: those of the platform. */
const memories = [128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
const bytesOf = (mbytes: number): string => formatBytes(mbytes * 1024 * 1024);

/** The options of a start, of a task, or of a schedule's action; what is left out is as the Actor has it. */
export function RunOptionsForm({
  value,
  onChange,
  defaults = {},
  usual = 'As the Actor has it',
  builds = [],
  isOfActor = false,
}: RunOptionsFormProps) {
  const buildsId = useId();
  const set = (change: { readonly [Name in keyof RunOptions]?: RunOptions[Name] | undefined }) => {
    const next = Object.entries({ ...value, ...change }).filter(([, each]) => each !== undefined);
    onChange(Object.fromEntries(next) as RunOptions);
  };
  const asIs = (text: string | undefined) => (text === undefined ? usual : `${usual}: ${text}`);
  const usualMemory = defaults.memoryMbytes ? bytesOf(defaults.memoryMbytes) : undefined;
  const memory = value.memoryMbytes === undefined ? '' : String(value.memoryMbytes);
  const shown = [...new Set([...memories, ...(value.memoryMbytes === undefined ? [] : [value.memoryMbytes])])];
  return (
    <div className={styles.options}>
      <div>
        <Field label="Build" help="A tag or a number">
          <input
            list={buildsId}
            value={value.build ?? ''}
            placeholder={defaults.build ?? 'latest'}
            onChange={({ target }) => set({ build: target.value || undefined })}
            autoComplete="off"
          />
        </Field>
      </div>
      <div>
        <Field label="Memory">
          <Select
            value={memory}
            onChange={(text) => set({ memoryMbytes: text === '' ? undefined : Number(text) })}
            options={[
              { value: '', label: asIs(usualMemory) },
              ...shown.map((mbytes) => ({ value: String(mbytes), label: bytesOf(mbytes) })),
            ]}
          />
        </Field>
      </div>
      <div>
        <Field label="Timeout in seconds" help="0 for none">
          <CountInput
            value={value.timeoutSecs}
            usual={defaults.timeoutSecs}
            onChange={(timeoutSecs) => set({ timeoutSecs })}
          />
        </Field>
      </div>
      <div>
        <Field label="Most items" help="What an Actor that charges by item may charge for">
          <CountInput value={value.maxItems} usual={defaults.maxItems} onChange={(maxItems) => set({ maxItems })} />
        </Field>
      </div>
      {!isOfActor && (
        <div>
          <Field label="Most to charge in USD" help="What an Actor that charges by event may charge">
            <CountInput
              value={value.maxTotalChargeUsd}
              usual={defaults.maxTotalChargeUsd}
              onChange={(maxTotalChargeUsd) => set({ maxTotalChargeUsd })}
              isFraction
            />
          </Field>
        </div>
      )}
      <div className={styles.switch}>
        <Switch
          label="Restart when it fails"
          isOn={value.restartOnError ?? defaults.restartOnError ?? false}
          onChange={(restartOnError) => set({ restartOnError })}
        />
      </div>
      <datalist id={buildsId}>
        {builds.map((build) => (
          <option key={build} value={build} />
        ))}
      </datalist>
    </div>
  );
}

interface CountInputProps {
  readonly value: number | undefined;
  readonly usual: number | null | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly isFraction?: boolean;
}

/** A number of 0 or more, or nothing. */
function CountInput({ value, usual, onChange, isFraction = false, ...control }: CountInputProps) {
  return (
    <input
      {...control}
      type="number"
      min={0}
      step={isFraction ? 'any' : 1}
      value={value ?? ''}
      placeholder={usual === null || usual === undefined ? 'No limit' : String(usual)}
      onChange={({ target }) => {
        const number = target.valueAsNumber;
        if (Number.isNaN(number)) onChange(undefined);
        else if (number >= 0) onChange(isFraction ? number : Math.trunc(number));
      }}
    />
  );
}
