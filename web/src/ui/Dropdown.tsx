// What opens below a button: a panel with anything in it, or a menu of things to do.
import { Menu, Popover } from '@mantine/core';
import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import choice from './Choice.module.css';
import styles from './Dropdown.module.css';

interface PanelProps {
  readonly name: string;
  readonly target: (toggle: () => void, opened: boolean) => ReactElement;
  readonly children: (close: () => void) => ReactNode;
}

export function Panel({ name, target, children }: PanelProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }} classNames={{ dropdown: styles.panel ?? '' }}>
      <Popover.Target>{target(() => setOpened(!opened), opened)}</Popover.Target>
      <Popover.Dropdown aria-label={name}>{children(() => setOpened(false))}</Popover.Dropdown>
    </Popover>
  );
}

export interface Deed {
  readonly key: string;
  readonly name: ReactNode;
  readonly icon?: ReactNode;
  readonly grave?: boolean;
  readonly disabled?: boolean;
  readonly onChoose: () => void;
}

export function DeedMenu({ deeds, children }: { readonly deeds: readonly Deed[]; readonly children: ReactElement }) {
  return (
    <Menu position="bottom-end" shadow="md" transitionProps={{ duration: 80 }} classNames={{ dropdown: choice.dropdown ?? '', item: choice.item ?? '' }}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        {deeds.map((deed) => (
          <Menu.Item key={deed.key} leftSection={deed.icon} disabled={deed.disabled ?? false} onClick={deed.onChoose} className={deed.grave ? (styles.grave ?? '') : ''}>
            {deed.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
