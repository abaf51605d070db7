import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useRef, useSyncExternalStore } from 'react';
import type { Ref } from 'react';
import { usePreferences } from '../app/preferences';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import type { AlertWindow } from './alertWindow';
import { AlertRowView, rowHeight } from './AlertRowView';
import styles from './AlertList.module.css';

// Browsers stop at about 33 million pixels; far before that a list is no longer read but searched.
export const maxRows = 500_000;

export interface ListHandle {
  readonly show: (index: number) => void;
  readonly toTop: () => void;
  // True when new rows may come in by themselves: at the top, with nobody pointing at a row.
  readonly mayMove: () => boolean;
}

interface Props {
  readonly list: AlertWindow;
  readonly cursor: number | undefined;
  readonly openId: string | undefined;
  readonly narrow: boolean;
  readonly onOpen: (index: number) => void;
  readonly ref: Ref<ListHandle>;
}

export function AlertList({ list, cursor, openId, narrow, onOpen, ref }: Props) {
  const t = useText();
  const { language, zone } = usePreferences();
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  const scroller = useRef<HTMLDivElement>(null);
  const pointed = useRef(false);
  const total = Math.min(view.total, maxRows);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => list.look(first, last), [list, first, last, view.revision]);
  useImperativeHandle(ref, () => ({
    show: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
    toTop: () => virtual.scrollToOffset(0),
    mayMove: () => !pointed.current && (scroller.current?.scrollTop ?? 0) < rowHeight,
  }));
  const columns = narrow ? styles.narrow : styles.wide;
  return (
    <div className={[styles.table, columns].join(' ')} role="grid" aria-label={t.alertsTable()} aria-rowcount={total + 1} aria-colcount={narrow ? 5 : 8}>
      <div role="rowgroup">
        <div className={styles.head} role="row" aria-rowindex={1}>
          <span role="columnheader">{t.columnSeverity()}</span>
          <span role="columnheader">{t.columnFirstSeen({ zone })}</span>
          {!narrow && <span role="columnheader">{t.columnLastSeen({ zone })}</span>}
          <span role="columnheader">{t.columnDetection()}</span>
          <span role="columnheader">{t.columnEntity()}</span>
          {!narrow && <span role="columnheader">{t.columnAttack()}</span>}
          <span role="columnheader" className={styles.count}>
            {t.columnCount()}
          </span>
          {!narrow && <span role="columnheader">{t.columnStatus()}</span>}
        </div>
      </div>
      {list.hasFailedPages() && (
        <p className={styles.problem} role="alert">
          {t.alertsPageFailed()}
          <Button onClick={() => list.retryPages()}>{t.commonRetry()}</Button>
        </p>
      )}
      <div
        ref={scroller}
        className={styles.body}
        role="rowgroup"
        tabIndex={0}
        aria-label={t.alertsRows()}
        data-testid="alert-rows"
        onPointerMove={() => (pointed.current = true)}
        onPointerLeave={() => (pointed.current = false)}
      >
        <div className={styles.all} role="presentation" style={{ height: total * rowHeight }}>
          {items.map((item) => {
            const alert = list.row(item.index);
            return (
              <AlertRowView
                key={item.index}
                alert={alert}
                index={item.index}
                isCursor={item.index === cursor}
                isOpen={alert !== undefined && alert.id === openId}
                narrow={narrow}
                language={language}
                zone={zone}
                onOpen={onOpen}
              />
            );
          })}
        </div>
        {view.total > maxRows && <p className={styles.tooMany}>{t.alertsTooMany({ shown: maxRows, total: view.total })}</p>}
      </div>
    </div>
  );
}
