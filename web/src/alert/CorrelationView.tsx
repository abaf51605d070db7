import type { Correlation } from '../api/types';
import { decimal, duration } from '../i18n/format';
import { useText } from '../i18n/useText';
import { usePreferences } from '../app/preferences';
import { Visible } from '../text/Visible';
import { visible } from '../text/visible';
import { FieldValue } from './FieldValue';
import { Facts, Time } from './parts';
import styles from './AlertBody.module.css';

const comparisons: Readonly<Record<string, string>> = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=', neq: '≠' };
const whole = (value: number) => (Number.isInteger(value) ? value.toLocaleString('en') : decimal(value));

// The events that only together made a finding.
export function CorrelationView({ correlation }: { readonly correlation: Correlation }) {
  const t = useText();
  const { language } = usePreferences();
  // Of one rule mostly; then it is named once.
  const members = [...new Set(correlation.events.map((event) => event.rule))];
  const limits = correlation.condition.map((bound) => `${comparisons[bound.comparison] ?? bound.comparison} ${whole(bound.limit)}`).join(', ');
  return (
    <>
      <Facts
        facts={[
          [t.correlationType(), <Visible key="type" text={correlation.type} />],
          [t.correlationValue(), `${correlation.at_least ? '≥ ' : ''}${whole(correlation.value)}${limits && ` (${limits})`}`],
          [t.correlationTimespan(), correlation.timespan_ns > 0 && duration(language, correlation.timespan_ns / 1e9)],
          [t.correlationFirst(), <Time key="first" at={correlation.first_time} />],
          [t.correlationLast(), <Time key="last" at={correlation.last_time} />],
          [t.correlationRule(), members.length === 1 && <Visible key="rule" text={members[0] ?? ''} />],
        ]}
      />
      {correlation.group.length > 0 && (
        <>
          <h4 className={styles.sub}>{t.correlationGroup()}</h4>
          <Facts facts={correlation.group.map(({ field, value }) => [visible(field), <FieldValue key={field} value={value} />] as const)} />
        </>
      )}
      <h4 className={styles.sub}>{t.correlationEvents({ events: correlation.total })}</h4>
      <ol className={styles.events} tabIndex={0} aria-label={t.sectionCorrelation()}>
        {correlation.events.map((event) => (
          <li key={`${event.id}${event.rule}`}>
            <Time at={event.time} /> <span className="mono dim">{event.id}</span>
            {members.length > 1 && (
              <span className={styles.member}>
                <Visible text={event.rule} />
              </span>
            )}
          </li>
        ))}
      </ol>
      {correlation.events.length < correlation.total && <p className="dim">{t.correlationCut({ shown: correlation.events.length })}</p>}
    </>
  );
}
