import { useQuery } from '@tanstack/react-query';
import {
  actorChoicesQuery,
  actorNameQuery,
  type Choice,
  taskChoicesQuery,
  taskNameQuery,
} from '../services/targets.ts';
import { Combobox, type ComboboxOption } from '../ui/combobox.tsx';

interface PickerProps {
  readonly id?: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** One of the user's Actors. */
export function ActorPicker({ value, ...others }: PickerProps) {
  const { data } = useQuery(actorChoicesQuery);
  const chosen = useQuery({ ...actorNameQuery(value), enabled: isUnknown(data, value) });
  return (
    <Combobox
      {...others}
      value={value}
      options={optionsOf(data, chosen.data)}
      placeholder="Type the name of an Actor"
      empty="No Actor has that in its name."
    />
  );
}

/** One of the user's tasks. */
export function TaskPicker({ value, ...others }: PickerProps) {
  const { data } = useQuery(taskChoicesQuery);
  const chosen = useQuery({ ...taskNameQuery(value), enabled: isUnknown(data, value) });
  return (
    <Combobox
      {...others}
      value={value}
      options={optionsOf(data, chosen.data)}
      placeholder="Type the name of a task"
      empty="No task has that in its name."
    />
  );
}

/** Such as an Actor of another user, which the list of the own ones has not. */
const isUnknown = (choices: readonly Choice[] | undefined, value: string): boolean =>
  value !== '' && choices !== undefined && !choices.some(({ id }) => id === value);

function optionsOf(choices: readonly Choice[] = [], other: Choice | null | undefined): ComboboxOption[] {
  const all = other ? [other, ...choices] : choices;
  return all.map(({ id, label, address }) => ({ value: id, label, note: address }));
}
