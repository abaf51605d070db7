// Views of a list that a person saved: a name and what stands in the address.
import type { RecordSearch } from './filter';
import { parseRecordSearch } from './filter';

export interface View {
  readonly name: string;
  readonly search: RecordSearch;
  // Of the record that keeps it.
  readonly id?: string;
  readonly version?: number;
}

export const maxViews = 50;
export const maxViewName = 80;

export function readViews(kept: unknown): readonly View[] {
  if (!Array.isArray(kept)) return [];
  const views: View[] = [];
  for (const one of kept.slice(0, maxViews) as unknown[]) {
    if (typeof one !== 'object' || one === null) continue;
    const { name, search } = one as { name?: unknown; search?: unknown };
    if (typeof name !== 'string' || name === '' || typeof search !== 'object' || search === null) continue;
    views.push({ name: name.slice(0, maxViewName), search: parseRecordSearch(search as Record<string, unknown>) });
  }
  return views;
}

// The same name again takes the place of the old one.
export function withView(views: readonly View[], view: View): readonly View[] {
  return [...views.filter((one) => one.name !== view.name), view].slice(-maxViews);
}
