import { Tabs as KitTabs } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './Tabs.module.css';

interface Props<T extends string> {
  readonly name: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly tabs: readonly { readonly value: T; readonly name: string; readonly count?: number | undefined; readonly content: () => ReactNode }[];
}

// Only the chosen tab's content exists.
export function Tabs<T extends string>({ name, value, onChange, tabs }: Props<T>) {
  return (
    <KitTabs value={value} onChange={(chosen) => chosen !== null && onChange(chosen as T)} keepMounted={false} classNames={{ list: styles.list ?? '', tab: styles.tab ?? '', panel: styles.panel ?? '' }}>
      <KitTabs.List aria-label={name}>
        {tabs.map((tab) => (
          <KitTabs.Tab key={tab.value} value={tab.value}>
            {tab.name}
            {tab.count !== undefined && tab.count > 0 && <b className={styles.count}>{tab.count}</b>}
          </KitTabs.Tab>
        ))}
      </KitTabs.List>
      {tabs.map((tab) => (
        <KitTabs.Panel key={tab.value} value={tab.value}>
          {tab.value === value && tab.content()}
        </KitTabs.Panel>
      ))}
    </KitTabs>
  );
}
