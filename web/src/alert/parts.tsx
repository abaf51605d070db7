import type { ReactNode } from 'react';
import { usePreferences } from '../app/preferences';
import { bothZones, fullTime } from '../i18n/time';
import styles from './parts.module.css';

export function Time({ at }: { readonly at: string }) {
  const { language, zone } = usePreferences();
  return (
    <time dateTime={at} title={bothZones(at, language)}>
      {fullTime(at, { language, zone })}
    </time>
  );
}

interface SectionProps {
  readonly title: string;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, icon, children }: SectionProps) {
  return (
    <section className={styles.section}>
      <h3>
        {icon}
        {title}
      </h3>
      {children}
    </section>
  );
}

// Names and values; a value that is not there takes its name with it.
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
