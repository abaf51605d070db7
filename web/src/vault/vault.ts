// Requests about vaults, and what their refusals mean.
import { ApiError } from '../api/client';
import type { Entity } from '../api/schema';
import { call } from '../api/typed';
import type { Schemas } from '../api/typed';
import { reasonHeader } from '../api/records';
import type { Messages } from '../i18n/messages';
import { entitiesLabel, fieldLabel, faultLabel } from '../record/labels';

export type Vault = Schemas['Vault'];
export type VaultMember = Schemas['VaultMembers']['items'][number];
export type LogEntry = Schemas['VaultLog']['items'][number];

export const logPage = 200;
export const maxVaultTitle = 200;
export const maxVaultPurpose = 4000;
// The server counts bytes; a kana is three.
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

const given = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

export const getVaults = async (signal?: AbortSignal): Promise<readonly Vault[]> => (await call('get', '/api/v1/vaults', given(signal))).items;
export const getVault = (vault: number, signal?: AbortSignal): Promise<Vault> => call('get', '/api/v1/vaults/{vault}', { path: { vault: String(vault) }, ...given(signal) });
export const getMembers = async (vault: number, signal?: AbortSignal): Promise<readonly VaultMember[]> => (await call('get', '/api/v1/vaults/{vault}/members', { path: { vault: String(vault) }, ...given(signal) })).items;
export const getLog = async (vault: number, before: number, signal?: AbortSignal): Promise<readonly LogEntry[]> =>
  (await call('get', '/api/v1/vaults/{vault}/log', { path: { vault: String(vault) }, ...(before > 0 ? { query: { before } } : {}), ...given(signal) })).items;

export const makeVault = (title: string, purpose: string, custodians: readonly string[], reason: string | undefined): Promise<Vault> =>
  call('post', '/api/v1/vaults', { body: { title, purpose, custodians: [...custodians], ...(reason === undefined ? {} : { reason }) } });
export const putMember = (vault: number, person: string, custodian: boolean, reason: string | undefined) =>
  call('post', '/api/v1/vaults/{vault}/members', { path: { vault: String(vault) }, body: { person, custodian, ...(reason === undefined ? {} : { reason }) } });
export const removeMember = (vault: number, person: string, reason: string | undefined) =>
  call('delete', '/api/v1/vaults/{vault}/members/{person}', { path: { vault: String(vault), person }, headers: reasonHeader(reason) });
export const leaveVault = (vault: number) => call('post', '/api/v1/vaults/{vault}/leave', { path: { vault: String(vault) } });
export const setState = (vault: number, state: Vault['state'], reason: string | undefined) =>
  call('post', state === 'open' ? '/api/v1/vaults/{vault}/open' : '/api/v1/vaults/{vault}/close', { path: { vault: String(vault) }, body: reason === undefined ? {} : { reason } });

const mostVaults = 2 ** 32 - 1;

// The vault that an address names; undefined where it can name none.
export function vaultIn(text: string): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const key = Number(text);
  return key <= mostVaults ? key : undefined;
}

// Kinds that have a list within a vault.
export const sealable = (entities: readonly Entity[]): readonly Entity[] => entities.filter((entity) => entity.may_be_sealed === true && entity.attached !== true);

export function deedWords(t: Messages, deed: string): string {
  const names: Readonly<Record<string, string>> = { create: t.vaultDeedCreate(), add_member: t.vaultDeedAddMember(), remove_member: t.vaultDeedRemoveMember(), leave: t.vaultDeedLeave(), open: t.vaultDeedOpen(), close: t.vaultDeedClose(), seal: t.vaultDeedSeal() };
  return Object.hasOwn(names, deed) ? (names[deed] ?? deed) : deed;
}

export interface SealRefusal {
  readonly words: string;
  // What stands in the way, each once.
  readonly ways: readonly string[];
}

// Why a record was not sealed; undefined where it is no matter of sealing (no network, signed out).
export function sealRefusal(t: Messages, error: unknown): SealRefusal | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const fault = error.faults[0];
  if (error.kind === 'conflict' && fault) {
    const refers = error.faults.filter((one) => one.code === 'refers');
    if (refers.length > 0) return { words: t.sealRefers(), ways: [...new Set(refers.map((one) => wayOf(t, one.field)))] };
    if (fault.code === 'too_many') return { words: t.sealTooMany(), ways: [] };
    if (fault.code === 'closed') return { words: t.sealVaultIsClosed(), ways: [] };
    if (fault.code === 'not_allowed') return { words: t.sealNotAllowed(), ways: [] };
  }
  if (error.kind === 'invalid' && fault) return { words: fault.field === 'vault' ? t.sealVaultGone() : faultLabel(t, fault.code, fault.detail), ways: [] };
  if (error.kind === 'forbidden') return { words: t.failForbidden(), ways: [] };
  if (error.kind === 'not_found') return { words: t.failNotFound(), ways: [] };
  return undefined;
}

// "task.incident" is a field of another kind, "attachment" a kind.
function wayOf(t: Messages, field: string): string {
  const at = field.indexOf('.');
  if (at < 0) return entitiesLabel(t, field);
  const entity = field.slice(0, at);
  return t.sealRefersField({ entity: entitiesLabel(t, entity), field: fieldLabel(t, entity, field.slice(at + 1)) });
}
