// The rows of a list, of which only those in sight exist; the head stays, and both scroll sideways together when a
// person has chosen more columns than fit.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useImperativeHandle, useRef, useSyncExternalStore } from 'react';
import type { CSSProperties, PointerEvent as ReactPointerEvent, Ref } from 'react';
import type { Entity } from '../api/schema';
import { fieldOf } from '../api/schema';
import { usePreferences } from '../app/preferences';
import { useText } from '../i18n/useText';
import { fieldKeys } from '../keys/useKeys';
import { visibleTitle } from '../text/Visible';
import { Button } from '../ui/Button';
import type { Column } from './columns';
import { layoutOf, maxWidth, minWidth, naturalWidth } from './columns';
import { isSortable, nextSort } from './filter';
import { fieldLabel } from './labels';
import { RecordRow, rowHeight } from './RecordRow';
import type { RecordWindow } from './recordWindow';
import { chosenCount, isChosen } from './selection';
import type { Selection } from './selection';
import styles from './RecordTable.module.css';

// The server gives no rows behind this; far before that a list is no longer read but searched.
export const maxRows = 500_000;
const tickWidth = 34;
const widthStep = 16;

export interface TableHandle {
  readonly show: (index: number) => void;
  readonly toTop: () => void;
  // True when new rows may come in by themselves: at the top, with nobody pointing at a row.
  readonly mayMove: () => boolean;
}

interface Props {
  readonly entity: Entity;
  readonly list: RecordWindow;
  readonly columns: readonly Column[];
  readonly sort: string | undefined;
  readonly cursor: number | undefined;
  readonly openId: string | undefined;
  readonly selection: Selection;
  readonly mayChoose: boolean;
  readonly onSort: (sort: string | undefined) => void;
  readonly onOpen: (index: number) => void;
  readonly onChoose: (index: number, range: boolean) => void;
  readonly onChooseAll: () => void;
  readonly onWidth: (name: string, width: number | undefined) => void;
  readonly ref: Ref<TableHandle>;
}

export function RecordTable({ entity, list, columns, sort, cursor, openId, selection, mayChoose, onSort, onOpen, onChoose, onChooseAll, onWidth, ref }: Props) {
  const t = useText();
  const { language } = usePreferences();
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  const scroller = useRef<HTMLDivElement>(null);
  const pointed = useRef(false);
  const total = Math.min(view.total, maxRows);
  const virtual = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 10, scrollPaddingStart: 30 });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => list.look(first, last), [list, first, last, view.revision]);
  useImperativeHandle(ref, () => ({
    show: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
    toTop: () => virtual.scrollToOffset(0),
    mayMove: () => !pointed.current && (scroller.current?.scrollTop ?? 0) < rowHeight,
  }));
  const layout = layoutOf(entity, columns, tickWidth);
  const style = { '--columns': layout.template, '--least': `${layout.least}px` } as CSSProperties;
  const chosen = chosenCount(selection, view.total);
  return (
    <div
      ref={scroller}
      className={styles.table}
      style={style}
      role="grid"
      tabIndex={0}
      aria-label={t.listRows()}
      aria-multiselectable={mayChoose}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      data-testid="record-rows"
      onPointerMove={() => (pointed.current = true)}
      onPointerLeave={() => (pointed.current = false)}
    >
      <div role="rowgroup" className={styles.top}>
        <div className={styles.head} role="row" aria-rowindex={1}>
          <span role="columnheader" className={styles.tick}>
            {mayChoose && (
              <input
                type="checkbox"
                aria-label={t.listChooseAll()}
                checked={chosen > 0 && chosen === view.total}
                ref={(box) => {
                  if (box) box.indeterminate = chosen > 0 && chosen < view.total;
                }}
                onChange={onChooseAll}
              />
            )}
          </span>
          {columns.map((column) => (
            <HeadCell key={column.name} entity={entity} column={column} sort={sort} onSort={onSort} onWidth={onWidth} />
          ))}
        </div>
        {list.hasFailedPages() && (
          <div role="row">
            <p className={styles.problem} role="gridcell">
              {t.alertsPageFailed()}
              <Button onClick={() => list.retryPages()}>{t.commonRetry()}</Button>
            </p>
          </div>
        )}
      </div>
      <div role="rowgroup" className={styles.all} style={{ height: total * rowHeight }}>
        {items.map((item) => {
          const record = list.row(item.index);
          return (
            <RecordRow
              key={item.index}
              entity={entity}
              columns={columns}
              record={record}
              index={item.index}
              isCursor={item.index === cursor}
              isOpen={record !== undefined && record.id === openId}
              isChosen={record !== undefined && isChosen(selection, record.id)}
              mayChoose={mayChoose}
              language={language}
              onOpen={onOpen}
              onChoose={onChoose}
            />
          );
        })}
      </div>
      {view.total > maxRows && (
        <div role="rowgroup">
          <div role="row">
            <p role="gridcell" className={styles.tooMany}>
              {t.listTooMany({ shown: maxRows, total: view.total })}
            </p>
          </div>
        </div>
      )}
    </div>
  );
}

interface HeadProps {
  readonly entity: Entity;
  readonly column: Column;
  readonly sort: string | undefined;
  readonly onSort: (sort: string | undefined) => void;
  readonly onWidth: (name: string, width: number | undefined) => void;
}

function HeadCell({ entity, column, sort, onSort, onWidth }: HeadProps) {
  const t = useText();
  const { zone } = usePreferences();
  const { name } = column;
  const field = fieldOf(entity, name);
  const isTime = field?.kind === 'time' || name === 'updated_at' || name === 'created_at';
  const label = fieldLabel(t, entity.name, name);
  const shown = isTime ? t.listTimeColumn({ name: label, zone }) : label;
  const sortable = (field !== undefined && isSortable(field)) || name === 'updated_at';
  const direction = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none';
  return (
    <span role="columnheader" title={visibleTitle(shown)} aria-sort={sortable ? direction : undefined} className={styles.headCell}>
      {sortable ? (
        <button type="button" className={styles.sort} onClick={() => onSort(nextSort(sort, name))}>
          <span>{shown}</span>
          <i aria-hidden="true">{direction === 'ascending' ? '↑' : direction === 'descending' ? '↓' : ''}</i>
        </button>
      ) : (
        <span className={styles.plain}>{shown}</span>
      )}
      <Resizer label={t.listResize({ name: label })} width={column.width ?? naturalWidth(entity, name)} onWidth={(width) => onWidth(name, width)} />
    </span>
  );
}

interface ResizerProps {
  readonly label: string;
  readonly width: number;
  readonly onWidth: (width: number | undefined) => void;
}

// Drag, or the arrow keys; a double click gives the width back.
function Resizer({ label, width, onWidth }: ResizerProps) {
  const start = (event: ReactPointerEvent<HTMLElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    const cell = handle.parentElement;
    const from = event.clientX;
    const before = cell?.getBoundingClientRect().width ?? width;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => onWidth(Math.min(maxWidth, Math.max(minWidth, Math.round(before + moved.clientX - from))));
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
      handle.removeEventListener('pointercancel', end);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
    handle.addEventListener('pointercancel', end);
  };
  return (
    <span
      className={styles.resizer}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={minWidth}
      aria-valuemax={maxWidth}
      tabIndex={0}
      onPointerDown={start}
      onDoubleClick={() => onWidth(undefined)}
      {...fieldKeys({
        ArrowLeft: () => onWidth(Math.max(minWidth, width - widthStep)),
        ArrowRight: () => onWidth(Math.min(maxWidth, width + widthStep)),
      })}
    />
  );
}
