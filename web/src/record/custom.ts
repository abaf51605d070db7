// Fields that people of this installation have defined for a kind of record: they are records themselves, and their
// values stand in the member `custom` of others.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listRecords } from '../api/records';
import type { AnyRecord } from '../api/records';
import { useSchema } from '../api/schema';
import type { Entity, Field, FieldKind } from '../api/schema';
import { useMay } from '../app/session';
import type { Language } from '../i18n/messages';

export interface CustomField {
  readonly field: Field;
  readonly label: Readonly<Record<Language, string>>;
}

const kinds: readonly FieldKind[] = ['text', 'integer', 'boolean', 'date', 'choice'];
const maxCustom = 100;

const text = (record: AnyRecord, member: string): string => {
  const value = record[member];
  return typeof value === 'string' ? value : '';
};

export function customFieldOf(record: AnyRecord): CustomField | undefined {
  const name = text(record, 'name');
  const kind = kinds.find((known) => known === record['kind']);
  if (name === '' || kind === undefined) return undefined;
  const options = Array.isArray(record['options']) ? record['options'].map(String) : [];
  const ja = text(record, 'label_ja');
  const en = text(record, 'label_en');
  return { field: { name, kind, needed: record['needed'] === true, ...(kind === 'choice' ? { choices: options } : {}) }, label: { ja: ja || en || name, en: en || ja || name } };
}

const none: readonly CustomField[] = [];

export function useCustomFields(entity: Entity): readonly CustomField[] {
  const may = useMay();
  const definitions = useSchema().data?.named('custom_field');
  const query = new URLSearchParams({ about_entity: entity.name, limit: String(maxCustom), total: 'false' }).toString();
  const found = useQuery({
    queryKey: ['records', 'custom_field', entity.name],
    enabled: definitions !== undefined && may('custom_field.read'),
    queryFn: ({ signal }) => listRecords(definitions?.path ?? '', query, signal),
    staleTime: 60_000,
    retry: false,
  });
  return useMemo(() => found.data?.items.flatMap((record) => customFieldOf(record) ?? []) ?? none, [found.data]);
}
