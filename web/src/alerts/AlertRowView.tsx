import { memo } from 'react';
import type { AlertRow } from '../api/types';
import { shortTime } from '../i18n/time';
import type { TimeStyle } from '../i18n/time';
import { Visible, visibleTitle } from '../text/Visible';
import { techniqueOf } from './filter';
import { Severity } from './Severity';
import { count as shownCount } from '../i18n/format';
import { messages } from '../i18n/messages';
import { RealmBadge, StatusChip, entityName, titleOf } from './words';
import styles from './AlertList.module.css';

export const rowHeight = 33;

interface Props {
  readonly alert: AlertRow | undefined;
  readonly index: number;
  readonly isCursor: boolean;
  readonly isOpen: boolean;
  readonly narrow: boolean;
  readonly language: TimeStyle['language'];
  readonly zone: TimeStyle['zone'];
  // Stable, so that a row is drawn anew only when it changed.
  readonly onOpen: (index: number) => void;
}

function Row({ alert, index, isCursor, isOpen, narrow, language, zone, onOpen }: Props) {
  const style = { transform: `translateY(${index * rowHeight}px)` };
  if (!alert) {
    return (
      <div className={styles.row} style={style} role="row" aria-rowindex={index + 2}>
        <span role="gridcell" className={styles.unloaded} />
      </div>
    );
  }
  const title = titleOf(alert.rule, language);
  const entity = entityName(alert.entity.value, messages[language]);
  const time = { language, zone };
  return (
    <div
      id={`alert-row-${index}`}
      className={[styles.row, isCursor ? styles.cursor : '', isOpen ? styles.open : ''].join(' ')}
      style={style}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      onClick={() => onOpen(index)}
    >
      <span role="gridcell">
        <Severity level={alert.rule.level} />
      </span>
      <span role="gridcell" className="num">
        {shortTime(alert.first_seen, time)}
      </span>
      {!narrow && (
        <span role="gridcell" className="num">
          {shortTime(alert.last_seen, time)}
        </span>
      )}
      <span role="gridcell" className={alert.status === 'new' ? styles.title : ''} title={visibleTitle(title)}>
        <RealmBadge realm={alert.realm} /> <Visible text={title} />
      </span>
      <span role="gridcell" title={visibleTitle(entity)}>
        <Visible text={entity} />
      </span>
      {!narrow && (
        <span role="gridcell" className="mono">
          {techniqueOf(alert.rule.tags) ?? ''}
        </span>
      )}
      <span role="gridcell" className={['num', styles.count].join(' ')}>
        {shownCount(alert.count)}
      </span>
      {!narrow && (
        <span role="gridcell">
          <StatusChip status={alert.status} />
        </span>
      )}
    </div>
  );
}

export const AlertRowView = memo(Row);
