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
    <Menu position="bottom-end" shadow="md" transitionProps={{ duration: 80 }} classNames={{ dropdown: styles.dropdown ?? '', item: styles.item ?? '', itemIndicator: styles.mark ?? '' }}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={value} onChange={(chosen) => onChoose(chosen as T)}>
          {values.map((entry) => (
            <Menu.RadioItem key={entry.value} value={entry.value} lang={entry.lang} closeMenuOnClick checkIcon={<CheckIcon />}>
              {entry.name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
