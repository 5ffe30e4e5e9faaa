import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import { useEffect, useRef } from 'react';
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
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => showTab(list.current, current.id), [current.id]);
  return (
    <BaseTabs.Root value={current.id} onValueChange={(value) => setChosen(value as string)}>
      <BaseTabs.List ref={list} className={styles.list} aria-label={label}>
        {tabs.map(({ id, title, count }) => (
          <BaseTabs.Tab key={id} value={id} data-tab={id} className={styles.tab}>
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

/** Brings a tab into sight where the list is wider than the screen, and moves nothing else. */
function showTab(list: HTMLElement | null, id: string): void {
  const tab = list?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(id)}"]`);
  if (!list || !tab) return;
  const { left, right } = list.getBoundingClientRect();
  const place = tab.getBoundingClientRect();
  if (place.right > right) list.scrollLeft += place.right - right;
  if (place.left < left) list.scrollLeft -= left - place.left;
}
