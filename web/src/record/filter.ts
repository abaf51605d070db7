// What a list of records shows: conditions on fields, full-text search, tags, the deleted ones, the order. It stands in
// the address bar in the words in which the server is asked: "?state=open,closed&due.lt=…&q=…&sort=-due".
import type { Entity, Field } from '../api/schema';
import { fieldOf } from '../api/schema';

export const operators = ['is', 'not', 'has', 'lt', 'lte', 'gt', 'gte', 'empty', 'filled'] as const;
export type Operator = (typeof operators)[number];

export interface Condition {
  readonly field: string;
  readonly op: Operator;
  // Several are alternatives (is) or all excluded (not); of the others there is one, of empty and filled none.
  readonly values: readonly string[];
}

export interface RecordFilter {
  readonly conditions: readonly Condition[];
  readonly q: string;
  readonly tags: readonly string[];
  readonly deleted: boolean;
  readonly organisation: string | undefined;
  readonly realm: string | undefined;
  // "name", "-due"; undefined: newest change first.
  readonly sort: string | undefined;
}

export type RecordSearch = Record<string, string | string[]>;

export const emptyFilter: RecordFilter = { conditions: [], q: '', tags: [], deleted: false, organisation: undefined, realm: undefined, sort: undefined };

// The same as the limits of the server.
export const maxConditions = 20;
export const maxValues = 100;
const maxLength = 500;

// Not of the filter: what stands open beside the list.
export const openKey = 'open';

const suffixes: Readonly<Record<string, Operator>> = { '': 'is', not: 'not', has: 'has', lt: 'lt', lte: 'lte', gt: 'gt', gte: 'gte', empty: 'empty' };

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
const all = (value: string | string[] | undefined): readonly string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

// "a,b" -> both; a backslash keeps the character behind it.
export function partsOf(text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (letter === '\\' && at + 1 < text.length) {
      at += 1;
      parts[parts.length - 1] += text[at] ?? '';
    } else if (letter === ',') {
      parts.push('');
    } else {
      parts[parts.length - 1] += letter;
    }
  }
  return parts.filter((part) => part !== '').slice(0, maxValues);
}

export const joined = (values: readonly string[]): string => values.map((value) => value.replace(/[\\,]/g, '\\$&')).join(',');

// The comparisons that the server knows for a field.
export function operatorsOf(field: Field): readonly Operator[] {
  switch (field.kind) {
    case 'choice':
    case 'reference':
      return ['is', 'not', 'empty', 'filled'];
    case 'boolean':
      return ['is'];
    case 'integer':
    case 'real':
    case 'time':
    case 'date':
      return ['is', 'gte', 'gt', 'lte', 'lt', 'empty', 'filled'];
    case 'texts':
      return ['has', 'empty', 'filled'];
    default:
      return ['has', 'is', 'not', 'empty', 'filled'];
  }
}

export const hasValue = (op: Operator): boolean => op !== 'empty' && op !== 'filled';
export const isSortable = (field: Field): boolean => field.filterable === true && !['reference', 'texts', 'prose', 'boolean'].includes(field.kind);
export const filterable = (entity: Entity): readonly Field[] => entity.fields.filter((field) => field.filterable);

// Anything in an address is kept as text; what it means is known with the declaration.
export function parseRecordSearch(search: Record<string, unknown>): RecordSearch {
  const out: RecordSearch = {};
  for (const [key, value] of Object.entries(search)) {
    if (!/^[a-z][a-z0-9_]{0,63}(\.[a-z]{1,8})?$/.test(key)) continue;
    const texts = (Array.isArray(value) ? (value as unknown[]) : [value]).filter((one): one is string => typeof one === 'string' && one !== '').map((one) => one.slice(0, 4000));
    if (texts.length === 1) out[key] = texts[0] ?? '';
    else if (texts.length > 1) out[key] = texts.slice(0, maxConditions);
  }
  return out;
}

function conditionOf(entity: Entity, key: string, text: string): Condition | undefined {
  const dot = key.indexOf('.');
  const field = fieldOf(entity, dot < 0 ? key : key.slice(0, dot));
  const suffix = dot < 0 ? '' : key.slice(dot + 1);
  const op = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  if (!field?.filterable || op === undefined) return undefined;
  if (op === 'empty') return { field: field.name, op: text === 'false' ? 'filled' : 'empty', values: [] };
  if (!operatorsOf(field).includes(op)) return undefined;
  const values = op === 'is' || op === 'not' ? partsOf(text) : [text.slice(0, maxLength)];
  return values.length === 0 ? undefined : { field: field.name, op, values };
}

const special: ReadonlySet<string> = new Set(['q', 'tag', 'deleted', 'organisation', 'realm', 'sort', 'site', 'id', 'limit', 'offset', 'after', 'total', openKey, 'tab']);

export function filterOf(search: RecordSearch, entity: Entity): RecordFilter {
  const conditions: Condition[] = [];
  for (const [key, value] of Object.entries(search)) {
    if (special.has(key)) continue;
    for (const text of all(value)) {
      const condition = conditionOf(entity, key, text);
      if (condition && conditions.length < maxConditions) conditions.push(condition);
    }
  }
  const sort = first(search['sort']);
  const sorted = sort === undefined ? undefined : fieldOf(entity, sort.replace(/^-/, ''));
  return {
    conditions,
    q: (first(search['q']) ?? '').slice(0, maxLength),
    tags: all(search['tag']).slice(0, maxConditions),
    deleted: first(search['deleted']) === 'true',
    organisation: /^\d{1,10}$/.test(first(search['organisation']) ?? '') ? first(search['organisation']) : undefined,
    realm: first(search['realm']),
    sort: sorted && isSortable(sorted) ? sort : sort === 'updated_at' || sort === '-updated_at' ? sort : undefined,
  };
}

export function searchOf(filter: RecordFilter): RecordSearch {
  const out: RecordSearch = {};
  const add = (key: string, value: string) => {
    const known = out[key];
    out[key] = known === undefined ? value : [...all(known), value];
  };
  for (const { field, op, values } of filter.conditions) {
    if (op === 'empty' || op === 'filled') add(`${field}.empty`, op === 'empty' ? 'true' : 'false');
    else if (op === 'is') add(field, joined(values));
    else if (op === 'not') add(`${field}.not`, joined(values));
    else add(`${field}.${op}`, values[0] ?? '');
  }
  for (const tag of filter.tags) add('tag', tag);
  if (filter.q !== '') out['q'] = filter.q;
  if (filter.deleted) out['deleted'] = 'true';
  if (filter.organisation !== undefined) out['organisation'] = filter.organisation;
  if (filter.realm !== undefined) out['realm'] = filter.realm;
  if (filter.sort !== undefined) out['sort'] = filter.sort;
  return out;
}

export interface Scope {
  // The company that everything is seen of.
  readonly organisation: number | undefined;
}

// What the server is asked; also what a bulk change of "all that match" and an export are of.
export function queryOf(filter: RecordFilter, entity: Entity, scope: Scope): URLSearchParams {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(searchOf(filter))) for (const one of all(value)) query.append(key, one);
  if (!query.has('organisation') && scope.organisation !== undefined && !entity.for_all_organisations) query.set('organisation', String(scope.organisation));
  if (!query.has('sort')) query.set('sort', '-updated_at');
  return query;
}

export const isEmpty = (filter: RecordFilter): boolean => filter.conditions.length === 0 && filter.q === '' && filter.tags.length === 0 && !filter.deleted && filter.realm === undefined && filter.organisation === undefined;

export const chosen = (filter: RecordFilter, field: string): readonly string[] => filter.conditions.find((one) => one.field === field && one.op === 'is')?.values ?? [];

// Adds a value to "field is …", or takes it away.
export function toggled(filter: RecordFilter, field: string, value: string): RecordFilter {
  const known = chosen(filter, field);
  const values = known.includes(value) ? known.filter((one) => one !== value) : [...known, value];
  const rest = filter.conditions.filter((one) => !(one.field === field && one.op === 'is'));
  return { ...filter, conditions: values.length === 0 ? rest : [...rest, { field, op: 'is', values }] };
}

export function withCondition(filter: RecordFilter, condition: Condition): RecordFilter {
  const rest = filter.conditions.filter((one) => !(one.field === condition.field && one.op === condition.op));
  return { ...filter, conditions: [...rest, condition].slice(-maxConditions) };
}

export const withoutCondition = (filter: RecordFilter, index: number): RecordFilter => ({ ...filter, conditions: filter.conditions.filter((_, at) => at !== index) });

// A click on a column: down, up, as at first.
export function nextSort(sort: string | undefined, field: string): string | undefined {
  if (sort === field) return `-${field}`;
  return sort === `-${field}` ? undefined : field;
}
