import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';

interface Props {
  readonly text: string;
  readonly children: ReactElement;
}

export function Tip({ text, children }: Props) {
  return (
    <Tooltip label={text} openDelay={350} fz={12} withinPortal transitionProps={{ duration: 80 }}>
      {children}
    </Tooltip>
  );
}
