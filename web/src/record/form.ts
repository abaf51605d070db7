// Between the values of a record and what stands in inputs: texts, ticks, lists. What is wrong is said in the words of
// the server (fault codes), which checks again.
import type { Fault } from '../api/client';
import type { Entity, Field } from '../api/schema';
import type { AnyRecord } from '../api/records';
import type { Zone } from '../app/preferences';
import { shownTime, typedDate, typedTime } from '../i18n/typedTime';

export type Raw = string | boolean | readonly string[];
export type RawForm = Readonly<Record<string, Raw>>;

export interface Read {
  readonly value?: unknown;
  readonly fault?: string;
}

export const textLimit = 200;
export const maxTexts = 50;

export function rawOf(field: Field, value: unknown, zone: Zone): Raw {
  switch (field.kind) {
    case 'boolean':
      return value === true;
    case 'texts':
      return Array.isArray(value) ? value.map(String) : [];
    case 'time':
      return typeof value === 'string' ? shownTime(value, zone) : '';
    default:
      return value === null || value === undefined ? '' : String(value);
  }
}

// Code points: what a person counts, nearly.
export const lengthOf = (text: string): number => [...text].length;

const plainNumber = (text: string) => text.normalize('NFKC').replace(/[\s,]/g, '').replace(/[−‐－]/g, '-');

function readText(field: Field, text: string): Read {
  if (lengthOf(text) > (field.limit ?? textLimit)) return { fault: 'too_long' };
  return { value: text };
}

function readNumber(field: Field, text: string): Read {
  const plain = plainNumber(text);
  const number = Number(plain);
  if (!Number.isFinite(number) || (field.kind === 'integer' && !/^[+-]?\d+$/.test(plain))) return { fault: 'wrong_type' };
  if (field.kind === 'integer' && !Number.isSafeInteger(number)) return { fault: 'out_of_range' };
  if ((field.least !== undefined && number < field.least) || (field.most !== undefined && number > field.most)) return { fault: 'out_of_range' };
  return { value: number };
}

const asRead = (value: string | undefined): Read => (value === undefined ? { fault: 'not_a_date' } : { value });

// What an input holds as a value for the server; an empty one is null.
export function readRaw(field: Field, raw: Raw, zone: Zone): Read {
  if (typeof raw === 'boolean') return { value: raw };
  if (typeof raw !== 'string') {
    if (raw.length === 0 && field.needed) return { fault: 'needed' };
    if (raw.length > maxTexts || raw.some((one) => lengthOf(one) > (field.limit ?? textLimit))) return { fault: 'too_long' };
    return { value: raw };
  }
  const text = field.kind === 'prose' ? raw.replaceAll('\r\n', '\n') : raw.trim();
  if (text.trim() === '') return field.needed ? { fault: 'needed' } : { value: null };
  switch (field.kind) {
    case 'integer':
    case 'real':
      return readNumber(field, text);
    case 'date':
      return asRead(typedDate(text));
    case 'time':
      return asRead(typedTime(text, zone));
    case 'choice':
      return field.choices?.includes(text) ? { value: text } : { fault: 'not_a_choice' };
    default:
      return readText(field, text);
  }
}

// A value that nobody can enter is no field of a form; what is written once only while it is empty.
export function isWritable(field: Field, record: AnyRecord | undefined): boolean {
  if (field.by_server || record?.withheld?.includes(field.name)) return false;
  const held = record?.[field.name];
  return !(field.once && record && held !== null && held !== undefined && held !== '');
}

export const writableFields = (entity: Entity, record: AnyRecord | undefined): readonly Field[] =>
  entity.fields.filter((field) => isWritable(field, record) && !(entity.state_field === field.name && (entity.transitions?.length ?? 0) > 0));

export function rawForm(fields: readonly Field[], record: Readonly<Record<string, unknown>>, zone: Zone): RawForm {
  return Object.fromEntries(fields.map((field) => [field.name, rawOf(field, record[field.name], zone)]));
}

const same = (a: Raw | undefined, b: Raw | undefined) => JSON.stringify(a) === JSON.stringify(b);

export interface ReadForm {
  // Only what differs from what the form began with.
  readonly values: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];
}

export function readForm(fields: readonly Field[], raw: RawForm, initial: RawForm, zone: Zone, isNew: boolean): ReadForm {
  const values: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const field of fields) {
    const given = raw[field.name] ?? '';
    if (!isNew && same(given, initial[field.name])) continue;
    const read = readRaw(field, given, zone);
    if (read.fault !== undefined) faults.push({ field: field.name, code: read.fault });
    // A new record gets the defaults of the server for what was left alone.
    else if (!isNew || !same(given, initial[field.name])) values[field.name] = read.value;
  }
  return { values, faults };
}
