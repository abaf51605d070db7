import { memo } from 'react';
import type { AnyRecord } from '../api/records';
import type { Entity } from '../api/schema';
import type { Language, Messages } from '../i18n/messages';
import { messages } from '../i18n/messages';
import type { Column } from './columns';
import { titleOf } from './labels';
import { Cell, cellTip } from './Value';
import styles from './RecordTable.module.css';

export const rowHeight = 33;

interface Props {
  readonly entity: Entity;
  readonly columns: readonly Column[];
  readonly record: AnyRecord | undefined;
  readonly index: number;
  readonly isCursor: boolean;
  readonly isOpen: boolean;
  readonly isChosen: boolean;
  readonly mayChoose: boolean;
  readonly language: Language;
  // Stable, so that a row is drawn anew only when it changed.
  readonly onOpen: (index: number) => void;
  readonly onChoose: (index: number, range: boolean) => void;
}

function Row({ entity, columns, record, index, isCursor, isOpen, isChosen, mayChoose, language, onOpen, onChoose }: Props) {
  const t: Messages = messages[language];
  const style = { transform: `translateY(${index * rowHeight}px)` };
  if (!record) {
    return (
      <div className={styles.row} style={style} role="row" aria-rowindex={index + 2}>
        <span role="gridcell" className={styles.unloaded} />
      </div>
    );
  }
  return (
    <div
      className={[styles.row, isCursor ? styles.cursor : '', isOpen ? styles.open : '', isChosen ? styles.chosen : ''].join(' ')}
      style={style}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      onClick={(event) => (event.shiftKey ? onChoose(index, true) : onOpen(index))}
    >
      <span role="gridcell" className={styles.tick} onClick={(event) => event.stopPropagation()}>
        {mayChoose && (
          <input
            type="checkbox"
            tabIndex={-1}
            checked={isChosen}
            aria-label={t.listChoose({ title: titleOf(entity, record) })}
            onChange={(event) => onChoose(index, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)}
          />
        )}
      </span>
      {columns.map(({ name }) => (
        <span key={name} role="gridcell" className={name === entity.title ? styles.title : ''} title={cellTip(entity, record, name)}>
          <Cell entity={entity} record={record} name={name} />
        </span>
      ))}
    </div>
  );
}

export const RecordRow = memo(Row);
