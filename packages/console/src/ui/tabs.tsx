import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import { useAddressState } from './address-state.ts';
import styles from './tabs.module.css';

export interface Tab {
  readonly id: string;
  readonly title: string;
  /** Said beside the title, such as how many there are. */
  readonly count?: React.ReactNode;
  readonly content: () => React.ReactNode;
}

/** Tabs whose choice is in the address. The content of the chosen one alone is there. */
export function Tabs({
  tabs,
  parameter = 'tab',
  label,
}: {
  readonly tabs: readonly Tab[];
  readonly parameter?: string;
  readonly label: string;
}) {
  const [chosen, setChosen] = useAddressState(parameter, tabs[0]!.id, { isStep: true });
  const current = tabs.find(({ id }) => id === chosen) ?? tabs[0]!;
  return (
    <BaseTabs.Root value={current.id} onValueChange={(value) => setChosen(value as string)}>
      <BaseTabs.List className={styles.list} aria-label={label}>
        {tabs.map(({ id, title, count }) => (
          <BaseTabs.Tab key={id} value={id} className={styles.tab}>
            {title}
            {count !== undefined && <span className={styles.count}>{count}</span>}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      <BaseTabs.Panel value={current.id} className={styles.panel}>
        {current.content()}
      </BaseTabs.Panel>
    </BaseTabs.Root>
  );
}
