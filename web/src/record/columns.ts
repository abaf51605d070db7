// The columns of a list: those of the declaration until a person chooses others; order and widths are kept with them.
import type { Entity, Field } from '../api/schema';

export interface Column {
  readonly name: string;
  // Pixels; undefined: as wide as its kind wants, growing where there is room.
  readonly width: number | undefined;
}

export interface ColumnChoice {
  readonly columns: readonly Column[];
}

export const minWidth = 56;
export const maxWidth = 800;
const maxColumns = 40;

// What every record has and a list may show.
export const commonColumns = ['number', 'tlp', 'tags', 'organisation', 'created_at', 'updated_at'] as const;

const widths: Readonly<Record<Field['kind'], number>> = { text: 92, prose: 140, integer: 76, real: 76, boolean: 64, time: 124, date: 92, choice: 98, reference: 104, texts: 110 };

// Members that stand in no table which people edit.
const untabled: readonly string[] = ['created_at', 'updated_at'];
// The columns of a list as those of a table: with the organisation, without which no row can be added to it.
export function tableColumns(entity: Entity, columns: readonly Column[]): readonly string[] {
  const names = columns.map((column) => column.name).filter((name) => !untabled.includes(name));
  return entity.for_all_organisations || names.includes('organisation') ? names : [...names, 'organisation'];
}

export function isColumn(entity: Entity, name: string): boolean {
  return entity.fields.some((field) => field.name === name) || (commonColumns as readonly string[]).includes(name);
}

export function defaultColumns(entity: Entity): readonly Column[] {
  const listed = entity.fields.filter((field) => field.listed);
  const shown = listed.length > 0 ? listed : entity.fields.filter((field) => field.kind !== 'prose').slice(0, 6);
  const title = shown.filter((field) => field.name === entity.title);
  const rest = shown.filter((field) => field.name !== entity.title);
  const names = [...(entity.prefix ? ['number'] : []), ...[...title, ...rest].map((field) => field.name), 'updated_at'];
  return names.map((name) => ({ name, width: undefined }));
}

// As it was kept; undefined when there is nothing that fits the declaration.
export function readColumns(entity: Entity, kept: unknown): readonly Column[] | undefined {
  if (!Array.isArray(kept)) return undefined;
  const columns: Column[] = [];
  for (const one of kept.slice(0, maxColumns) as unknown[]) {
    if (typeof one !== 'object' || one === null) continue;
    const { name, width } = one as { name?: unknown; width?: unknown };
    if (typeof name !== 'string' || !isColumn(entity, name) || columns.some((known) => known.name === name)) continue;
    columns.push({ name, width: typeof width === 'number' && Number.isFinite(width) ? Math.min(maxWidth, Math.max(minWidth, Math.round(width))) : undefined });
  }
  return columns.length === 0 ? undefined : columns;
}

export function naturalWidth(entity: Entity, name: string): number {
  const field = entity.fields.find((one) => one.name === name);
  if (field) return field.name === entity.title ? 150 : widths[field.kind];
  return { number: 124, tlp: 132, tags: 120, organisation: 110 }[name] ?? 124;
}

// Only texts grow: a date needs no more room than it has.
function grows(entity: Entity, name: string): number {
  if (name === entity.title) return 2;
  const kind = entity.fields.find((one) => one.name === name)?.kind;
  return kind === 'text' || kind === 'prose' || kind === 'texts' || kind === 'reference' ? 1 : 0;
}

// For grid-template-columns, and the width below which the list scrolls sideways in its own box.
export function layoutOf(entity: Entity, columns: readonly Column[], before: number): { readonly template: string; readonly least: number } {
  let least = before;
  const parts = columns.map(({ name, width }) => {
    const wanted = width ?? naturalWidth(entity, name);
    least += wanted;
    const growth = grows(entity, name);
    return width !== undefined || growth === 0 ? `${wanted}px` : `minmax(${wanted}px, ${growth}fr)`;
  });
  const grown = columns.some((column) => column.width === undefined && grows(entity, column.name) > 0);
  return { template: `${before}px ${parts.join(' ')}${grown ? '' : ' 1fr'}`, least };
}

// Beside an open record there is room for less: the title and what fits next to it.
export function fitting(entity: Entity, columns: readonly Column[], width: number): readonly Column[] {
  let left = width;
  const shown = columns.filter((column) => {
    left -= column.width ?? naturalWidth(entity, column.name);
    return left >= 0;
  });
  return shown.length > 0 ? shown : columns.slice(0, 1);
}

export function moved(columns: readonly Column[], name: string, by: -1 | 1): readonly Column[] {
  const at = columns.findIndex((column) => column.name === name);
  const to = at + by;
  const column = columns[at];
  const other = columns[to];
  if (!column || !other) return columns;
  const next = [...columns];
  next[at] = other;
  next[to] = column;
  return next;
}
