// A small menu of which one entry is chosen.
import { Menu } from '@mantine/core';
import type { ReactElement } from 'react';
import { CheckIcon } from './icons';
import styles from './Choice.module.css';

interface Props<T extends string> {
  readonly values: readonly { readonly value: T; readonly name: string; readonly lang?: string }[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
  readonly children: ReactElement;
}

export function Choice<T extends string>({ values, value, onChoose, children }: Props<T>) {
  return (
    <Menu position="bottom-end" shadow="md" transitionProps={{ duration: 80 }} classNames={{ dropdown: styles.dropdown ?? '', item: styles.item ?? '' }}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        {values.map((entry) => (
          <Menu.Item
            key={entry.value}
            role="menuitemradio"
            aria-checked={entry.value === value}
            lang={entry.lang}
            leftSection={<span className={styles.mark}>{entry.value === value && <CheckIcon />}</span>}
            onClick={() => onChoose(entry.value)}
          >
            {entry.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
