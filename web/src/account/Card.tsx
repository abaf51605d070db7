import type { ReactNode } from 'react';
import styles from './account.module.css';

// A part of the page with its name and what one does there.
export function Card({ title, tools, children }: { readonly title: string; readonly tools?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={styles.card} aria-label={title}>
      <div className={styles.title}>
        <h2>{title}</h2>
        <span className={styles.row}>{tools}</span>
      </div>
      {children}
    </section>
  );
}
