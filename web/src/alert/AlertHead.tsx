import type { AlertDetail } from '../api/types';
import { usePreferences } from '../app/preferences';
import { Severity } from '../alerts/Severity';
import { RealmBadge, StatusChip, titleOf } from '../alerts/words';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { LinkIcon } from '../ui/icons';
import { CopyButton } from './FieldValue';
import styles from './AlertHead.module.css';
import type { ReactNode } from 'react';

interface Props {
  readonly alert: AlertDetail;
  readonly level: 1 | 2;
  readonly children?: ReactNode;
}

export function AlertHead({ alert, level, children }: Props) {
  const t = useText();
  const { language } = usePreferences();
  const title = <Visible text={titleOf(alert.rule, language)} />;
  return (
    <header className={styles.head}>
      <div className={styles.line}>
        <Severity level={alert.rule.level} />
        <StatusChip status={alert.status} />
        <RealmBadge realm={alert.realm} />
        <span className="dim num">{t.alertNumber({ number: alert.seq })}</span>
        <span className={styles.space} />
        <CopyButton name={t.alertCopyLink()} text={`${window.location.origin}/alerts/${alert.id}`} icon={<LinkIcon />} />
        {children}
      </div>
      {level === 1 ? <h1>{title}</h1> : <h2>{title}</h2>}
    </header>
  );
}
