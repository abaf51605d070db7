// Severity in three ways at once: colour, shape and word.
import type { Level } from '../api/types';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import styles from './Severity.module.css';

const shapes: Record<Level, string> = {
  critical: 'M6 0.6 11.4 6 6 11.4 0.6 6z',
  high: 'M6 1.2 11.4 10.8H0.6z',
  medium: 'M1.4 1.4h9.2v9.2H1.4z',
  low: 'M6 1.3a4.7 4.7 0 1 0 0 9.4a4.7 4.7 0 1 0 0-9.4z',
  informational: 'M6 1.3a4.7 4.7 0 1 0 0 9.4a4.7 4.7 0 1 0 0-9.4zM6 2.9a3.1 3.1 0 1 1 0 6.2a3.1 3.1 0 1 1 0-6.2z',
};

export function levelName(level: Level, t: Messages): string {
  return {
    critical: t.levelCritical(),
    high: t.levelHigh(),
    medium: t.levelMedium(),
    low: t.levelLow(),
    informational: t.levelInformational(),
  }[level];
}

export function Severity({ level }: { readonly level: Level }) {
  const t = useText();
  return (
    <span className={[styles.severity, styles[level]].join(' ')}>
      <svg width="11" height="11" viewBox="0 0 12 12" fill="currentColor" fillRule="evenodd" aria-hidden="true">
        <path d={shapes[level]} />
      </svg>
      {levelName(level, t)}
    </span>
  );
}
