// What is to be known of an alert; the same beside the list and on its own page.
import { usePreferences } from '../app/preferences';
import { Failure, Loading } from '../app/states';
import type { AlertDetail, Finding, FindingRef } from '../api/types';
import { useText } from '../i18n/useText';
import { entityName, titleOf } from '../alerts/words';
import { Visible, VisibleLines } from '../text/Visible';
import { BulbIcon, CopyIcon } from '../ui/icons';
import { CorrelationView } from './CorrelationView';
import { Explanation, Matches } from './Explanation';
import { CopyButton, FieldValue } from './FieldValue';
import { Facts, Section, Time } from './parts';
import { RuleView } from './RuleView';
import { useFinding } from './useAlert';
import styles from './AlertBody.module.css';

interface Props {
  readonly alert: AlertDetail;
  // Which finding is shown; otherwise the first.
  readonly findingId: string | undefined;
  readonly onFinding: (id: string) => void;
  readonly onEntity: (value: string) => void;
}

export function AlertBody({ alert, findingId, onFinding, onEntity }: Props) {
  const known = alert.findings.find((ref) => ref.id === findingId) ?? alert.findings[0];
  const finding = useFinding(known?.id);
  return (
    <>
      {finding.isError && <Failure error={finding.error} onRetry={() => void finding.refetch()} />}
      {finding.isPending && known && <Loading />}
      {finding.data && <Why alert={alert} finding={finding.data} />}
      <About alert={alert} onEntity={onEntity} />
      {finding.data?.correlation && <Together correlation={finding.data.correlation} />}
      <Advice alert={alert} />
      <Findings findings={alert.findings} count={alert.count} shown={known?.id} onFinding={onFinding} />
      {finding.data && <Event finding={finding.data} entityField={alert.entity.field} onEntity={onEntity} />}
      <Rule alert={alert} />
    </>
  );
}

function Why({ alert, finding }: { readonly alert: AlertDetail; readonly finding: Finding }) {
  const t = useText();
  const { language } = usePreferences();
  const rule = titleOf(alert.rule, language);
  const entity = entityName(alert.entity.value, t);
  const reason = finding.correlation
    ? t.reasonCorrelation({ entity, rule, events: finding.correlation.total })
    : t.reasonEvent({ entity, rule, conditions: finding.matched.length });
  const explanation = finding.explanation ?? [];
  if (finding.missing?.includes('record')) {
    return (
      <Section title={t.sectionWhy()} icon={<BulbIcon />}>
        <p className="dim" data-testid="reason">
          {t.reasonGone()}
        </p>
      </Section>
    );
  }
  return (
    <Section title={t.sectionWhy()} icon={<BulbIcon />}>
      <p className={styles.reason} data-testid="reason">
        {reason}
      </p>
      {explanation.length > 0 ? <Explanation lines={explanation} isCut={finding.explanation_cut ?? false} /> : <Matches items={finding.matched} />}
    </Section>
  );
}

function About({ alert, onEntity }: { readonly alert: AlertDetail; readonly onEntity: (value: string) => void }) {
  const t = useText();
  return (
    <Section title={t.sectionAbout()}>
      <Facts
        facts={[
          [t.columnEntity(), <FieldValue key="entity" value={entityName(alert.entity.value, t)} onFilter={() => onEntity(alert.entity.value)} />],
          [t.aboutField(), alert.entity.field && <Visible key="field" text={alert.entity.field} />],
          [t.aboutFirst(), <Time key="first" at={alert.first_seen} />],
          [t.aboutLast(), <Time key="last" at={alert.last_seen} />],
          [t.aboutReceived(), <Time key="received" at={alert.first_received} />],
          [t.columnCount(), t.aboutCount({ count: alert.count })],
          [t.facetSource(), alert.sources && alert.sources.length > 0 && <Visible key="sources" text={alert.sources.join(', ')} />],
        ]}
      />
    </Section>
  );
}

function Together({ correlation }: { readonly correlation: NonNullable<Finding['correlation']> }) {
  const t = useText();
  return (
    <Section title={t.sectionCorrelation()}>
      <CorrelationView correlation={correlation} />
    </Section>
  );
}

function Advice({ alert }: { readonly alert: AlertDetail }) {
  const t = useText();
  const { language } = usePreferences();
  const advice = (language === 'ja' && alert.rule.advice_ja) || alert.rule.advice;
  if (advice === '') return null;
  return (
    <Section title={t.sectionAdvice()}>
      <p className={styles.prose}>
        <VisibleLines text={advice} />
      </p>
    </Section>
  );
}

interface FindingsProps {
  readonly findings: readonly FindingRef[];
  readonly count: number;
  readonly shown: string | undefined;
  readonly onFinding: (id: string) => void;
}

function Findings({ findings, count, shown, onFinding }: FindingsProps) {
  const t = useText();
  return (
    <Section title={t.sectionFindings({ findings: count })}>
      <ul className={styles.findings} tabIndex={0} aria-label={t.findingsName()}>
        {findings.map((ref) => (
          <li key={ref.id}>
            <button type="button" aria-pressed={ref.id === shown} onClick={() => onFinding(ref.id)}>
              <span className="num dim">{t.findingNumber({ number: ref.ordinal })}</span>
              <Time at={ref.event_time} />
            </button>
          </li>
        ))}
      </ul>
      {findings.length < count && <p className="dim">{t.findingsSampled({ shown: findings.length })}</p>}
    </Section>
  );
}

// Fields by which alerts are gathered look like this; filtering by others would find nothing.
const entityLike = /(?:computer|host|user|account|client|address|ip|addr|acct)/i;

function Event({ finding, entityField, onEntity }: { readonly finding: Finding; readonly entityField: string; readonly onEntity: (value: string) => void }) {
  const t = useText();
  const { event } = finding;
  const fields = event.fields ?? [];
  return (
    <>
      <Section title={t.sectionFields()}>
        {fields.length === 0 ? (
          <p className="dim">{t.fieldsNone()}</p>
        ) : (
          <table className={styles.fields}>
            <colgroup>
              <col className={styles.name} />
              <col />
            </colgroup>
            <thead>
              <tr>
                <th scope="col">{t.fieldName()}</th>
                <th scope="col">{t.fieldValue()}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field, index) => (
                <tr key={index}>
                  <th scope="row">
                    <Visible text={field.name} />
                  </th>
                  <td>
                    {field.value === null ? (
                      <span className="dim">{t.fieldNull()}</span>
                    ) : (
                      <FieldValue value={field.value} onFilter={field.value !== '' && (field.name === entityField || entityLike.test(field.name)) ? () => onEntity(field.value ?? '') : undefined} />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {finding.fields_cut && <p className="dim">{t.fieldsCut()}</p>}
      </Section>
      <Section title={t.sectionRaw()}>
        <Facts
          facts={[
            [t.facetSource(), event.source && <Visible key="source" text={event.source} />],
            [t.rawPeer(), event.peer && <Visible key="peer" text={event.peer} />],
            [t.rawReceived(), <Time key="received" at={event.received} />],
            [t.rawEncoding(), event.encoding && <Visible key="encoding" text={event.encoding} />],
            [t.rawEvent(), <span key="id" className="mono">{event.id}</span>],
          ]}
        />
        {event.raw === null || event.raw === undefined ? (
          <p className="dim">{t.rawGone()}</p>
        ) : (
          <div className={styles.rawBox}>
            <pre className={styles.raw} tabIndex={0} role="region" aria-label={t.sectionRaw()}>
              <VisibleLines text={event.raw} />
            </pre>
            <span className={styles.rawCopy}>
              <CopyButton name={t.valueCopy()} text={event.raw} icon={<CopyIcon />} />
            </span>
          </div>
        )}
        {event.raw_cut && <p className="dim">{t.rawCut()}</p>}
      </Section>
    </>
  );
}

function Rule({ alert }: { readonly alert: AlertDetail }) {
  const t = useText();
  return (
    <Section title={t.sectionRule()}>
      <RuleView rule={alert.rule} />
    </Section>
  );
}
