// What the alert list shows: the filter, how it stands in the address bar, how it is asked of the server, and how it
// is typed. A part holds values that are alternatives; parts must all hold.
import { levels } from '../api/types';

export const listParts = ['level', 'realm', 'status', 'tactic', 'technique', 'rule', 'entity', 'source'] as const;
export type ListPart = (typeof listParts)[number];

export interface AlertFilter {
  readonly lists: Readonly<Partial<Record<ListPart, readonly string[]>>>;
  readonly q: string;
  // RFC 3339; from is inside, to is outside.
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export interface AlertSearch extends Partial<Record<ListPart, string | string[]>> {
  q?: string;
  from?: string;
  to?: string;
  // The alert that stands open beside the list, and which of its findings.
  open?: string;
  finding?: string;
}

export const emptyFilter: AlertFilter = { lists: {}, q: '', from: undefined, to: undefined };

// The same as the limits of the server.
const maxValues = 200;
const maxLength = 1024;

function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' && one !== '' ? one.slice(0, maxLength) : undefined;
}

function listOf(part: ListPart, value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  const texts = all.filter((one): one is string => typeof one === 'string' && one !== '' && one.length <= maxLength);
  const known = part === 'level' ? texts.filter((text) => (levels as readonly string[]).includes(text)) : texts;
  // The server knows one entity, and parts the values of the others by commas.
  if (part === 'entity') return known.slice(-1);
  return [...new Set(known.filter((text) => !text.includes(',')))].slice(0, maxValues);
}

function timeOf(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

export function parseAlertSearch(search: Record<string, unknown>): AlertSearch {
  const out: AlertSearch = {};
  for (const part of listParts) {
    const values = listOf(part, search[part]);
    if (values.length > 0) out[part] = values.length === 1 ? (values[0] ?? '') : values;
  }
  const q = textOf(search['q']);
  if (q !== undefined) out.q = q;
  const from = timeOf(search['from']);
  const to = timeOf(search['to']);
  if (from !== undefined) out.from = from;
  if (to !== undefined) out.to = to;
  const open = textOf(search['open']);
  if (open !== undefined) out.open = open;
  const finding = textOf(search['finding']);
  if (finding !== undefined) out.finding = finding;
  return out;
}

export function filterOf(search: AlertSearch): AlertFilter {
  const lists: Partial<Record<ListPart, readonly string[]>> = {};
  for (const part of listParts) {
    const values = listOf(part, search[part]);
    if (values.length > 0) lists[part] = values;
  }
  return { lists, q: search.q ?? '', from: search.from, to: search.to };
}

export function searchOf(filter: AlertFilter): AlertSearch {
  return parseAlertSearch({ ...filter.lists, q: filter.q, from: filter.from, to: filter.to });
}

// The query string for the server, where a comma parts values; an entity, which may hold commas, stands alone. Demo
// alerts are shown where they are what the server has to show.
export function queryOf(filter: AlertFilter, defaultRealm: string): URLSearchParams {
  const query = new URLSearchParams();
  for (const part of listParts) {
    const values = filter.lists[part];
    if (values && values.length > 0) query.set(part, values.join(','));
  }
  if (!query.has('realm') && defaultRealm === 'demo') query.set('realm', 'demo,real');
  if (filter.q !== '') query.set('q', filter.q);
  if (filter.from !== undefined) query.set('from', filter.from);
  if (filter.to !== undefined) query.set('to', filter.to);
  return query;
}

export function isEmpty(filter: AlertFilter): boolean {
  return filter.q === '' && !filter.from && !filter.to && listParts.every((part) => !filter.lists[part]?.length);
}

export function has(filter: AlertFilter, part: ListPart, value: string): boolean {
  return filter.lists[part]?.includes(value) ?? false;
}

export function withValue(filter: AlertFilter, part: ListPart, value: string): AlertFilter {
  if (has(filter, part, value)) return filter;
  return { ...filter, lists: { ...filter.lists, [part]: listOf(part, [...(filter.lists[part] ?? []), value]) } };
}

export function withoutValue(filter: AlertFilter, part: ListPart, value: string): AlertFilter {
  const left = (filter.lists[part] ?? []).filter((one) => one !== value);
  return { ...filter, lists: { ...filter.lists, [part]: left } };
}

// --- as it is typed ------------------------------------------------------------------------------------------------

const partNames: Readonly<Record<string, ListPart>> = {
  severity: 'level',
  level: 'level',
  realm: 'realm',
  status: 'status',
  tactic: 'tactic',
  technique: 'technique',
  rule: 'rule',
  entity: 'entity',
  host: 'entity',
  source: 'source',
};

// The word that a chip shows for a part.
export const shownName = (part: ListPart) => (part === 'level' ? 'severity' : part);

const levelWords: Readonly<Record<string, string>> = {
  info: 'informational', 情報: 'informational', 低: 'low', 中: 'medium', 高: 'high', 重大: 'critical',
};

export interface Typed {
  readonly values: readonly { readonly part: ListPart; readonly value: string }[];
  readonly q: string;
}

// What stands inside quotes is one word; full-width colons, quotes and blanks count as theirs.
const word = /(?:([A-Za-zＡ-Ｚａ-ｚ]+)[:：])?(?:["“”]([^"“”]*)["“”]|([^\s]+))/gu;

// "severity:high 経理部" -> the value severity = high, and the text "経理部".
export function parseTyped(text: string): Typed {
  const values: { part: ListPart; value: string }[] = [];
  const rest: string[] = [];
  for (const found of text.matchAll(word)) {
    const name = found[1]?.normalize('NFKC').toLowerCase();
    const part = name !== undefined && Object.hasOwn(partNames, name) ? partNames[name] : undefined;
    const value = found[2] ?? found[3] ?? '';
    if (part === undefined || value === '') {
      rest.push(found[0]);
      continue;
    }
    const level = part === 'level' ? levelOf(value) : value;
    if (level === undefined) rest.push(found[0]);
    else values.push({ part, value: level });
  }
  return { values, q: rest.join(' ') };
}

function levelOf(value: string): string | undefined {
  const plain = value.normalize('NFKC').toLowerCase();
  const named = Object.hasOwn(levelWords, plain) ? levelWords[plain] : plain;
  return levels.find((level) => level === named);
}

export function typedForm(part: ListPart, value: string): string {
  return /[\s"]/.test(value) ? `${shownName(part)}:"${value.replaceAll('"', '')}"` : `${shownName(part)}:${value}`;
}

// Part of a rule's tags: "attack.t1059.001" -> "T1059.001", "attack.lateral_movement" -> "lateral-movement".
export function techniqueOf(tags: readonly string[]): string | undefined {
  for (const tag of tags) {
    const found = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag);
    if (found?.[1]) return found[1].toUpperCase();
  }
  return undefined;
}
