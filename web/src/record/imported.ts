// What the server says about a table that comes back, as its preview shows it.
import type { ImportAnswer, ImportRow } from '../api/records';
import type { Messages } from '../i18n/messages';
import { faultLabel, fieldLabel, textAt } from './labels';

export interface ImportColumn {
  readonly key: string;
  readonly title: string;
}

export const isTaken = (row: ImportRow): boolean => row.kind !== 'refused';

// Columns in which a row says something; the others would be empty.
export function columnsOf(answer: ImportAnswer): readonly ImportColumn[] {
  const spoken = new Set<string>();
  for (const row of answer.rows) {
    for (const key of Object.keys(row.changes)) spoken.add(key);
    for (const { field } of [...row.faults, ...row.suspicions, ...row.troubles]) if (field) spoken.add(field);
  }
  return answer.columns.flatMap((column) => (column.known && column.key && spoken.has(column.key) ? [{ key: column.key, title: column.title }] : []));
}

// What is wrong with one cell; with the field '' what is wrong with the row, and by their names with fields that are not
// `shown`.
export function faultsOf(t: Messages, entity: string, row: ImportRow, field: string, shown: readonly string[]): readonly string[] {
  const here = (of: string | null) => (field === '' ? !of || !shown.includes(of) : of === field);
  const named = (of: string | null, text: string) => (field === '' && of ? `${fieldLabel(t, entity, of)}: ${text}` : text);
  const texts = [
    ...row.faults.filter((fault) => here(fault.field)).map((fault) => named(fault.field, faultLabel(t, fault.code, fault.detail))),
    ...row.troubles.filter((trouble) => here(trouble.field)).map((trouble) => named(trouble.field, textAt(t, `sheet.trouble.${trouble.code}`) ?? trouble.code)),
  ];
  if (field !== '') return texts;
  if (row.conflict) return [t.failStale(), ...texts];
  // A refusal that no field stands for.
  if (texts.length === 0 && row.code !== undefined && row.faults.length + row.troubles.length === 0) return [row.code === 'forbidden' ? t.failForbidden() : faultLabel(t, row.code)];
  return texts;
}
