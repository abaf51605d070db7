import { useText } from '../i18n/useText';
import { usePreferences } from '../app/preferences';
import { levels } from '../api/types';
import type { Facets as FacetCounts } from '../api/types';
import { count as shownCount } from '../i18n/format';
import { Visible, visibleTitle } from '../text/Visible';
import { has } from './filter';
import type { AlertFilter, ListPart } from './filter';
import { Severity, levelName } from './Severity';
import { entityName, realmName, tacticName, titleOf } from './words';
import type { ReactNode } from 'react';
import styles from './Facets.module.css';

const shownValues = 8;

interface Props {
  readonly facets: FacetCounts | undefined;
  readonly filter: AlertFilter;
  readonly onToggle: (part: ListPart, value: string) => void;
}

interface Entry {
  readonly value: string;
  readonly name: string;
  readonly count: number;
  readonly shown?: ReactNode;
}

export function Facets({ facets, filter, onToggle }: Props) {
  const t = useText();
  const { language } = usePreferences();
  const group = (part: ListPart, title: string, entries: readonly Entry[]) => <Group part={part} title={title} entries={entries} filter={filter} onToggle={onToggle} />;
  return (
    <aside className={styles.facets} aria-label={t.facetsName()}>
      {facets && (
        <>
          {group('level', t.columnSeverity(), levels.map((level) => ({ value: level, name: levelName(level, t), shown: <Severity level={level} />, count: facets.level[level] ?? 0 })))}
          {group('realm', t.facetRealm(), Object.entries(facets.realm).map(([value, count]) => ({ value, name: realmName(value, t), count })))}
          {group('tactic', t.facetTactic(), facets.tactic.map(({ value, count }) => ({ value, name: tacticName(value, t), count })))}
          {group('rule', t.columnDetection(), facets.rule.map((rule) => ({ value: rule.id, name: titleOf(rule, language), count: rule.count })))}
          {group('entity', t.columnEntity(), facets.entity.map(({ value, count }) => ({ value, name: entityName(value, t), count })))}
          {group('source', t.facetSource(), facets.source.map(({ value, count }) => ({ value, name: value, count })))}
        </>
      )}
    </aside>
  );
}

interface GroupProps {
  readonly part: ListPart;
  readonly title: string;
  readonly entries: readonly Entry[];
  readonly filter: AlertFilter;
  readonly onToggle: (part: ListPart, value: string) => void;
}

function Group({ part, title, entries, filter, onToggle }: GroupProps) {
  const t = useText();
  const present = entries.filter((entry) => entry.count > 0 || has(filter, part, entry.value));
  const chosenFirst = [...present].sort((a, b) => Number(has(filter, part, b.value)) - Number(has(filter, part, a.value)));
  const shown = part === 'level' ? present : chosenFirst.slice(0, shownValues);
  if (shown.length === 0) return null;
  const most = Math.max(1, ...shown.map((entry) => entry.count));
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {shown.map((entry) => (
          <li key={entry.value}>
            <button type="button" aria-pressed={has(filter, part, entry.value)} title={visibleTitle(entry.name)} onClick={() => onToggle(part, entry.value)}>
              <span className={styles.name}>{entry.shown ?? <Visible text={entry.name} />}</span>
              <b className="num">{shownCount(entry.count)}</b>
              <i style={{ width: `${(entry.count / most) * 100}%` }} />
            </button>
          </li>
        ))}
      </ul>
      {present.length > shown.length && <p className={styles.more}>{t.facetsMore({ others: present.length - shown.length })}</p>}
    </section>
  );
}
