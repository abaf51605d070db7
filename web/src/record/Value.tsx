// The value of a field as it is read: in a row of a list (on one line) or on a page.
import type { Entity, Field } from '../api/schema';
import { fieldOf, inVault, useSchema } from '../api/schema';
import type { AnyRecord } from '../api/records';
import { organisationName, useSession } from '../app/session';
import { usePreferences } from '../app/preferences';
import { bothZones, fullTime, shortTime } from '../i18n/time';
import { count } from '../i18n/format';
import { useText } from '../i18n/useText';
import { LongVisible, Visible, VisibleLines, visibleTitle } from '../text/Visible';
import { LockIcon } from '../ui/icons';
import { Tip } from '../ui/Tip';
import { choiceLabel, isState } from './labels';
import { Tlp } from './Tlp';
import { RecordLink } from './links';
import { useRecordTitle } from './titles';
import styles from './Value.module.css';

export function StateChip({ entity, field, value }: { readonly entity: Entity; readonly field: Field; readonly value: string }) {
  const t = useText();
  // The first choice is where records begin, one that leads nowhere is where they end.
  const from = (entity.transitions ?? []).some((way) => way.from === value);
  const kind = field.choices?.[0] === value ? styles.first : from ? styles.middle : styles.last;
  return (
    <span className={[styles.chip, kind].join(' ')}>
      <Visible text={choiceLabel(t, entity.name, field.name, value)} />
    </span>
  );
}

// Title of a record that another refers to, with the way there.
export function Reference({ id, target, link = true }: { readonly id: string; readonly target?: string | undefined; readonly link?: boolean }) {
  const t = useText();
  const schema = useSchema();
  const title = useRecordTitle(id);
  if (title === undefined || title === 'asked') return <span className="dim">…</span>;
  if (title === 'unknown') return <span className="dim">{t.recordHidden()}</span>;
  const entity = schema.data?.named(title.entity || (target ?? ''));
  if (!link || entity === undefined) return <Visible text={title.title} />;
  return (
    <RecordLink entity={title.vault === undefined ? entity : inVault(entity, title.vault)} id={id} className={styles.reference ?? ''} title={visibleTitle(title.title) ?? ''}>
      <Visible text={title.title} />
    </RecordLink>
  );
}

export function Organisation({ organisation }: { readonly organisation: number | undefined }) {
  const session = useSession();
  const { language } = usePreferences();
  const found = session.organisations.find((one) => one.key === organisation);
  return found ? <Visible text={organisationName(found, language)} /> : null;
}

interface Props {
  readonly entity: Entity;
  readonly field: Field;
  readonly value: unknown;
  // On one line, without links: a row of a list.
  readonly brief?: boolean;
}

export function Value({ entity, field, value, brief = false }: Props) {
  const t = useText();
  const { language, zone } = usePreferences();
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
    return brief ? null : <span className="dim">–</span>;
  }
  switch (field.kind) {
    case 'boolean':
      return <>{value === true ? t.valueYes() : t.valueNo()}</>;
    case 'integer':
      return <span className="num">{typeof value === 'number' ? count(value) : String(value)}</span>;
    case 'real':
      return <span className="num">{String(value)}</span>;
    case 'time':
      return (
        <time className="num" dateTime={String(value)} title={bothZones(String(value), language)}>
          {brief ? shortTime(String(value), { language, zone }) : fullTime(String(value), { language, zone })}
        </time>
      );
    case 'date':
      return <span className="num">{language === 'ja' ? String(value).replaceAll('-', '/') : String(value)}</span>;
    case 'choice':
      return isState(entity, field) ? <StateChip entity={entity} field={field} value={String(value)} /> : <Visible text={choiceLabel(t, entity.name, field.name, String(value))} />;
    case 'reference':
      return <Reference id={String(value)} target={field.target} link={!brief} />;
    case 'texts':
      return <Texts values={value as readonly string[]} brief={brief} />;
    case 'prose':
      return brief ? <Visible text={String(value).slice(0, 200).replaceAll('\n', ' ')} /> : <span className={styles.prose}>{String(value).length > 4000 ? <LongVisible text={String(value)} limit={4000} /> : <VisibleLines text={String(value)} />}</span>;
    default:
      return brief ? <Visible text={String(value)} /> : <LongVisible text={String(value)} />;
  }
}

export function Texts({ values, brief = false }: { readonly values: readonly string[]; readonly brief?: boolean }) {
  return (
    <span className={brief ? styles.brief : styles.texts}>
      {values.slice(0, brief ? 6 : 200).map((value, index) => (
        <span key={index} className={styles.text}>
          <Visible text={value} />
        </span>
      ))}
    </span>
  );
}

export function Withheld() {
  const t = useText();
  return (
    <Tip text={t.recordWithheldWhy()}>
      <span className={styles.withheld} tabIndex={0}>
        <LockIcon />
        {t.recordWithheld()}
      </span>
    </Tip>
  );
}

// The value of any column of a list, declared or common to all records.
export function Cell({ entity, record, name }: { readonly entity: Entity; readonly record: AnyRecord; readonly name: string }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const field = fieldOf(entity, name);
  if (record.withheld?.includes(name)) {
    return (
      <span className={styles.withheldCell}>
        <LockIcon />
        {t.recordWithheld()}
      </span>
    );
  }
  if (field) return <Value entity={entity} field={field} value={record[name]} brief />;
  switch (name) {
    case 'tlp':
      return <Tlp tlp={record.tlp} />;
    case 'tags':
      return <Texts values={record.tags ?? []} brief />;
    case 'organisation':
      return <Organisation organisation={record.organisation} />;
    case 'created_at':
    case 'updated_at':
      return <span className="num">{shortTime(record[name] ?? '', { language, zone })}</span>;
    default:
      return <span className="mono">{typeof record[name] === 'string' ? <Visible text={record[name]} /> : ''}</span>;
  }
}

// Plain text of a cell, for its tip; undefined where the tip would say nothing more.
export function cellTip(entity: Entity, record: AnyRecord, name: string): string | undefined {
  const kind = fieldOf(entity, name)?.kind;
  const value = record[name];
  if ((kind === 'text' || kind === 'prose') && typeof value === 'string') return visibleTitle(value);
  if (Array.isArray(value)) return visibleTitle(value.join(', '));
  return undefined;
}
