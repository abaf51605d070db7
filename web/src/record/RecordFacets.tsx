// Counts by the values of choice fields: what there is, and one click to see only that.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { facetOf } from '../api/records';
import { keptAs } from '../api/schema';
import type { Entity, Field } from '../api/schema';
import { count } from '../i18n/format';
import { useText } from '../i18n/useText';
import { Visible, visibleTitle } from '../text/Visible';
import facets from '../alerts/Facets.module.css';
import type { RecordFilter } from './filter';
import { chosen, toggled } from './filter';
import { choiceLabel, fieldLabel } from './labels';
import { Reference } from './Value';

const maxFacets = 6;
const shownValues = 8;

export const facetFields = (entity: Entity): readonly Field[] =>
  entity.fields.filter((field) => field.filterable && !field.permission && (field.kind === 'choice' || field.kind === 'boolean' || (field.kind === 'reference' && field.listed))).slice(0, maxFacets);

interface Props {
  readonly entity: Entity;
  readonly filter: RecordFilter;
  // What the list is asked for.
  readonly query: string;
  readonly onChange: (filter: RecordFilter) => void;
}

export function RecordFacets({ entity, filter, query, onChange }: Props) {
  const t = useText();
  return (
    <aside className={facets.facets} aria-label={t.facetsName()}>
      {facetFields(entity).map((field) => (
        <Facet key={field.name} entity={entity} field={field} filter={filter} query={query} onChange={onChange} />
      ))}
    </aside>
  );
}

// The other values of a field are counted as if none of it were chosen.
function withoutField(query: string, field: string): string {
  const asked = new URLSearchParams(query);
  asked.delete(field);
  asked.delete('sort');
  return asked.toString();
}

function Facet({ entity, field, filter, query, onChange }: Props & { readonly field: Field }) {
  const t = useText();
  const asked = withoutField(query, field.name);
  const values = useQuery({
    queryKey: ['records', keptAs(entity), 'facet', field.name, asked],
    queryFn: ({ signal }) => facetOf(entity.path, field.name, asked, signal),
    placeholderData: keepPreviousData,
  });
  const picked = chosen(filter, field.name);
  const counted = (values.data ?? []).map((one) => ({ value: String(one.value ?? ''), count: one.count })).filter((one) => one.value !== '');
  const order = (value: string) => field.choices?.indexOf(value) ?? 0;
  const present = [...counted, ...picked.filter((value) => !counted.some((one) => one.value === value)).map((value) => ({ value, count: 0 }))];
  if (present.length === 0) return null;
  const sorted = field.kind === 'choice' ? present.sort((a, b) => order(a.value) - order(b.value)) : present.sort((a, b) => Number(picked.includes(b.value)) - Number(picked.includes(a.value)) || b.count - a.count);
  const shown = sorted.slice(0, field.kind === 'choice' ? 20 : shownValues);
  const most = Math.max(1, ...shown.map((one) => one.count));
  const name = (value: string) => (field.kind === 'boolean' ? (value === 'true' ? t.valueYes() : t.valueNo()) : choiceLabel(t, entity.name, field.name, value));
  return (
    <section>
      <h2>{fieldLabel(t, entity.name, field.name)}</h2>
      <ul>
        {shown.map((one) => (
          <li key={one.value}>
            <button type="button" aria-pressed={picked.includes(one.value)} title={field.kind === 'reference' ? undefined : visibleTitle(name(one.value))} onClick={() => onChange(toggled(filter, field.name, one.value))}>
              <span className={facets.name}>{field.kind === 'reference' ? <Reference id={one.value} target={field.target} link={false} /> : <Visible text={name(one.value)} />}</span>
              <b className="num">{count(one.count)}</b>
              <i style={{ width: `${(one.count / most) * 100}%` }} />
            </button>
          </li>
        ))}
      </ul>
      {sorted.length > shown.length && <p className={facets.more}>{t.facetsMore({ others: sorted.length - shown.length })}</p>}
    </section>
  );
}
