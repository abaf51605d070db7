import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './Dialog.module.css';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly closeName: string;
  readonly size?: 'sm' | 'md' | 'lg' | 'xl' | '85%';
  readonly children: ReactNode;
}

export function Dialog({ opened, onClose, title, closeName, size = 'lg', children }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      centered
      lockScroll={false}
      transitionProps={{ duration: 80 }}
      closeButtonProps={{ 'aria-label': closeName }}
      classNames={{ content: styles.content ?? '', header: styles.header ?? '', title: styles.title ?? '', body: styles.body ?? '' }}
    >
      {children}
    </Modal>
  );
}

// The row of buttons at the end of a dialog.
export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>;
}
