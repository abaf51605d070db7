// What a new server still wants, as the server counts it.
import { getJson } from '../api/client';

export interface Todo {
  readonly key: string;
  readonly done: boolean;
  readonly screen: string;
}

export const getChecklist = (signal?: AbortSignal) => getJson<readonly Todo[]>('/checklist', signal);

// Which of our pages a screen of the server is; a kind of records stands under /records.
export function pageOf(screen: string): { readonly to: '/account' | '/roles' | '/checklist' } | { readonly to: '/records/$path'; readonly path: string } {
  if (screen === 'account') return { to: '/account' };
  if (screen === 'roles') return { to: '/roles' };
  return /^[a-z_]+$/.test(screen) ? { to: '/records/$path', path: screen } : { to: '/checklist' };
}
