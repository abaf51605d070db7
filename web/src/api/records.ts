// Requests about records of any entity.
import { searchRecords } from './calls';
import { getJson, request, sendJson } from './client';
import type { Fault } from './client';
import type { Schemas } from './typed';

export type FieldValue = string | number | boolean | readonly string[] | null;

// The members that every record has; its fields stand beside them under their own names.
export interface RecordBase {
  readonly id: string;
  readonly entity: string;
  readonly version: number;
  readonly number?: string;
  readonly organisation?: number;
  readonly site?: number;
  readonly zone?: string;
  readonly vault?: number;
  readonly data_class?: string;
  readonly realm?: string;
  readonly tlp?: string;
  readonly tags?: readonly string[];
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly created_at?: string;
  readonly created_by?: string;
  readonly updated_at?: string;
  readonly updated_by?: string;
  readonly deleted_at?: string | null;
  readonly withheld?: readonly string[];
}

export type AnyRecord = RecordBase & { readonly [member: string]: unknown };

export interface RecordPage {
  readonly items: readonly AnyRecord[];
  readonly next?: string;
  readonly total?: number;
  readonly total_is_exact?: boolean;
}

export interface FacetCount {
  readonly value: FieldValue;
  readonly count: number;
}

export interface Change {
  readonly seq: number;
  readonly at: string;
  readonly version: number;
  readonly kind: string;
  readonly action: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly via?: string;
  readonly peer?: string;
  readonly reason?: string;
  readonly undoes?: number | null;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
}

export interface RecordComment {
  readonly id: string;
  readonly text: string;
  readonly mentions?: readonly string[];
  readonly created_at: string;
  readonly created_by: string;
}

export interface Relation {
  readonly id: string;
  readonly kind: string;
  readonly from_entity: string;
  readonly from_record: string;
  readonly to_entity: string;
  readonly to_record: string;
  readonly remark?: string | null;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly media_type?: string;
  readonly created_at: string;
  readonly created_by?: string;
}

export interface BulkRequest {
  readonly ids?: readonly string[];
  readonly query?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly action?: string;
  readonly delete?: true;
  readonly preview: boolean;
  readonly reason?: string;
}

export interface BulkAnswer {
  readonly count: number;
  readonly done: number;
  readonly refused: readonly { readonly id: string; readonly code: string; readonly faults?: readonly Fault[] }[];
  readonly job?: string;
}

export type ImportRow = Schemas['ImportRow'];
export type ImportAnswer = Schemas['ImportResult'];

export interface Title {
  readonly entity: string;
  // Where it stands, if in a vault.
  readonly vault?: number;
  readonly title: string;
}

export interface Found {
  readonly entity: string;
  readonly id: string;
  readonly title: string;
  readonly number?: string;
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

// A UUIDv7: in order of time, made here so that a repeated request makes no second record.
export function newId(now = Date.now()): string {
  const bytes = random(16);
  let rest = now;
  for (let at = 5; at >= 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = hex(bytes);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

// One for each deed of a person, the same for its repetitions.
export function newKey(): string {
  return hex(random(16));
}

export const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` });

export function reasonHeader(reason: string | undefined): Readonly<Record<string, string>> {
  return reason === undefined || reason === '' ? {} : { 'X-Hinomi-Reason': encodeURIComponent(reason) };
}

const at = (path: string, id: string) => `/${path}/${encodeURIComponent(id)}`;

export const listRecords = (path: string, query: string, signal?: AbortSignal) => getJson<RecordPage>(`/${path}?${query}`, signal);

export const facetOf = async (path: string, field: string, query: string, signal?: AbortSignal) =>
  (await getJson<{ values: readonly FacetCount[] }>(`/${path}/facets?field=${encodeURIComponent(field)}${query === '' ? '' : `&${query}`}`, signal)).values;

export const getRecord = (path: string, id: string, asOf?: string, signal?: AbortSignal) =>
  getJson<AnyRecord>(`${at(path, id)}${asOf === undefined ? '' : `?as_of=${encodeURIComponent(asOf)}`}`, signal);

export const createRecord = (path: string, values: Readonly<Record<string, unknown>>, key: string, reason?: string) =>
  sendJson<AnyRecord>('POST', `/${path}`, values, { 'Idempotency-Key': key, ...reasonHeader(reason) });

export const changeRecord = (path: string, id: string, version: number, values: Readonly<Record<string, unknown>>, reason?: string) =>
  sendJson<AnyRecord>('PATCH', at(path, id), values, { ...ifMatch(version), ...reasonHeader(reason) });

export const deleteRecord = (path: string, id: string, version: number, reason?: string) =>
  sendJson<undefined>('DELETE', at(path, id), undefined, { ...ifMatch(version), ...reasonHeader(reason) });

export const restoreRecord = (path: string, id: string) => sendJson<AnyRecord>('POST', `${at(path, id)}/restore`, {});

export const act = (path: string, id: string, action: string, given: Readonly<Record<string, unknown>>, key: string) =>
  sendJson<AnyRecord>('POST', `${at(path, id)}/actions/${encodeURIComponent(action)}`, given, {
    'Idempotency-Key': key,
    ...reasonHeader(typeof given['reason'] === 'string' ? given['reason'] : undefined),
  });

export const historyOf = (path: string, id: string, before?: number, limit = 50, signal?: AbortSignal) =>
  getJson<{ items: readonly Change[] }>(`${at(path, id)}/history?limit=${limit}${before === undefined ? '' : `&before=${before}`}`, signal);

export const undoChange = (seq: number, vault?: number) => sendJson<AnyRecord | undefined>('POST', `${vault === undefined ? '' : `/vaults/${vault}`}/changes/${seq}/undo`, {});

export const bulk = (path: string, asked: BulkRequest, key: string) =>
  sendJson<BulkAnswer>('POST', `/${path}/bulk`, asked, { ...(asked.preview ? {} : { 'Idempotency-Key': key }), ...reasonHeader(asked.reason) });

// `utcOffset`: minutes, of the zone that times without one are in; `skip`: rows of the file that are left out.
export async function importFile(path: string, file: File, preview: boolean, utcOffset: number, skip: readonly number[], key: string): Promise<ImportAnswer> {
  const left = skip.length === 0 ? '' : `&skip=${skip.join(',')}`;
  const response = await request(`/${path}/import?preview=${String(preview)}&utc_offset=${utcOffset}${left}`, {
    method: 'POST',
    headers: {
      'Content-Type': file.type || 'application/octet-stream',
      'X-Hinomi-Name': encodeURIComponent(file.name),
      ...(preview ? {} : { 'Idempotency-Key': key }),
    },
    body: file,
  });
  return (await response.json()) as ImportAnswer;
}

interface List<T> {
  readonly items: readonly T[];
}

export const commentsOf = (path: string, id: string, signal?: AbortSignal) => getJson<List<RecordComment>>(`${at(path, id)}/comments`, signal);
export const addComment = (path: string, id: string, text: string, mentions: readonly string[], key: string) =>
  sendJson<RecordComment>('POST', `${at(path, id)}/comments`, { text, mentions }, { 'Idempotency-Key': key });

export const relationsOf = (path: string, id: string, signal?: AbortSignal) => getJson<List<Relation>>(`${at(path, id)}/relations`, signal);
export const addRelation = (path: string, id: string, kind: string, to: { readonly entity: string; readonly record: string }) =>
  sendJson<Relation>('POST', `${at(path, id)}/relations`, { kind, to_entity: to.entity, to_record: to.record });
export const removeRelation = (path: string, id: string, relation: string) => sendJson<undefined>('DELETE', `${at(path, id)}/relations/${encodeURIComponent(relation)}`);

export const attachmentsOf = (path: string, id: string, signal?: AbortSignal) => getJson<List<Attachment>>(`${at(path, id)}/attachments`, signal);
export async function addAttachment(path: string, id: string, file: File): Promise<Attachment> {
  const response = await request(`${at(path, id)}/attachments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream', 'X-Hinomi-Name': encodeURIComponent(file.name), 'Idempotency-Key': newKey() },
    body: file,
  });
  return (await response.json()) as Attachment;
}
export const attachmentAddress = (id: string) => `/api/v1/attachments/${encodeURIComponent(id)}/content`;

export const titlesOf = (ids: readonly string[], vault?: number) => getJson<Readonly<Record<string, Title>>>(`${vault === undefined ? '' : `/vaults/${vault}`}/titles?ids=${ids.map(encodeURIComponent).join(',')}`);

export const findRecords = async (q: string, limit: number, signal?: AbortSignal) =>
  (await searchRecords(q, signal)).slice(0, limit);
