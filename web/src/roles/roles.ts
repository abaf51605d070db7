// Roles as the server tells them, and what a board shows of them.
import { getJson, sendJson } from '../api/client';
import type { Names } from '../api/client';

export const catalogues = ['isog-j-2018', 'itu-t-x1060'] as const;
export type Catalogue = (typeof catalogues)[number];

export const sourcings = ['inhouse', 'outsourced', 'both', 'nobody', 'not_needed', 'unknown'] as const;
export type Sourcing = (typeof sourcings)[number];
export const roleStates = ['built', 'partial', 'planned'] as const;
export type RoleState = (typeof roleStates)[number];

export interface Holder {
  readonly assignment: string;
  readonly kind: 'person' | 'post';
  readonly id: string;
  readonly title: string;
  readonly deputy: boolean;
  readonly from: string | null;
  readonly until: string | null;
  readonly sourcing: string;
  readonly organisation?: number;
  readonly whole_group?: boolean;
  // What the assignment is worth today.
  readonly standing?: 'current' | 'future' | 'ended' | 'left' | 'vacant';
  // Of a post: who holds it.
  readonly held_by?: readonly { readonly id: string; readonly name: string; readonly acting: boolean }[];
}

export interface Measure {
  readonly key: string;
  readonly name: Names;
  readonly definition: Names;
  readonly unit: string;
  readonly good: 'up' | 'down';
  readonly value: number | null;
}

export interface Maturity {
  readonly as_is: number | null;
  readonly to_be: number | null;
  // Where several companies are looked at the levels above are the lowest of theirs.
  readonly as_is_highest?: number | null;
  readonly to_be_highest?: number | null;
}

export interface RoleRow {
  readonly code: string;
  readonly name: Names;
  readonly aim: Names;
  readonly state: RoleState;
  readonly area: string;
  readonly category?: string;
  readonly holders: readonly Holder[];
  // Not open to this person.
  readonly withheld_holders?: number;
  readonly sourcing: Sourcing;
  readonly maturity: Maturity | null;
  readonly open_work: number | null;
  readonly last_activity: string | null;
  readonly measures: readonly Measure[];
}

export interface Board {
  readonly categories: readonly { readonly code: string; readonly name: Names }[];
  readonly roles: readonly RoleRow[];
}

export interface RoleDetail extends RoleRow {
  readonly work?: { readonly in: Names; readonly does: Names; readonly out: Names; readonly reader: Names };
  readonly uses?: { readonly entities?: readonly string[]; readonly actions?: readonly string[]; readonly screens?: readonly string[] };
  readonly procedures?: readonly (string | Names)[];
  readonly permissions?: readonly (string | { readonly name: string; readonly label?: Names })[];
  readonly feeds?: readonly string[];
  readonly fed_by?: readonly string[];
  readonly skills?: readonly Names[];
  // Of a service of X.1060: the roles that do its work.
  readonly parts?: readonly RoleRow[];
}

export const getBoard = (catalogue: Catalogue, organisation: number | undefined, signal?: AbortSignal) =>
  getJson<Board>(`/roles?catalogue=${catalogue}${organisation === undefined ? '' : `&organisation=${organisation}`}`, signal);

export const getRole = (code: string, catalogue: Catalogue, organisation: number | undefined, signal?: AbortSignal) =>
  getJson<RoleDetail>(`/roles/${encodeURIComponent(code)}?catalogue=${catalogue}${organisation === undefined ? '' : `&organisation=${organisation}`}`, signal);

export interface RoleSetting {
  readonly organisation: number;
  readonly maturity_as_is: number | null;
  readonly maturity_to_be: number | null;
  readonly remark: string;
}

export const setRole = (code: string, setting: RoleSetting, reason: string) =>
  sendJson<unknown>('PUT', `/roles/${encodeURIComponent(code)}/setting`, setting, { 'X-Hinomi-Reason': encodeURIComponent(reason) });

// --- what the board shows --------------------------------------------------------------------------------------------

export interface BoardFilter {
  readonly q: string;
  readonly sourcing: Sourcing | undefined;
  readonly state: RoleState | undefined;
}

export interface BoardSearch {
  catalogue?: Catalogue;
  view?: 'list';
  q?: string;
  sourcing?: Sourcing;
  state?: RoleState;
}

const one = <T extends string>(values: readonly T[], value: unknown): T | undefined => values.find((known) => known === value);

export function parseBoardSearch(search: Record<string, unknown>): BoardSearch {
  const out: BoardSearch = {};
  const catalogue = one(catalogues, search['catalogue']);
  if (catalogue !== undefined && catalogue !== catalogues[0]) out.catalogue = catalogue;
  if (search['view'] === 'list') out.view = 'list';
  if (typeof search['q'] === 'string' && search['q'] !== '') out.q = search['q'].slice(0, 200);
  const sourcing = one(sourcings, search['sourcing']);
  if (sourcing !== undefined) out.sourcing = sourcing;
  const state = one(roleStates, search['state']);
  if (state !== undefined) out.state = state;
  return out;
}

// Codes of services look like those of roles: the address says which catalogue is meant.
export function parseRoleSearch(search: Record<string, unknown>): { catalogue?: Catalogue } {
  const catalogue = one(catalogues, search['catalogue']);
  return catalogue === undefined || catalogue === catalogues[0] ? {} : { catalogue };
}

// "B-10" lies in category B; X.1060 has letters too.
export const categoryOf = (role: RoleRow): string => role.category ?? role.code.split('-')[0] ?? '';

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

export function matches(role: RoleRow, filter: BoardFilter): boolean {
  if (filter.sourcing !== undefined && role.sourcing !== filter.sourcing) return false;
  if (filter.state !== undefined && role.state !== filter.state) return false;
  const wanted = folded(filter.q.trim());
  if (wanted === '') return true;
  return [role.code, role.name.ja, role.name.en, ...role.holders.map((holder) => holder.title)].some((text) => folded(text).includes(wanted));
}

export const isCarried = (role: RoleRow): boolean => ['inhouse', 'outsourced', 'both'].includes(role.sourcing);
// Today; a board shows nobody who has left or is still to come.
const isCurrent = (holder: Holder): boolean => holder.standing === undefined || holder.standing === 'current' || holder.standing === 'vacant';
export const mainHolders = (role: RoleRow): readonly Holder[] => role.holders.filter((holder) => !holder.deputy && isCurrent(holder));
export const deputies = (role: RoleRow): readonly Holder[] => role.holders.filter((holder) => holder.deputy && isCurrent(holder));

// How well a role is done: the steps of the handbook's maturity sheet.
export const maturitySteps = 5;
