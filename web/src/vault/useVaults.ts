// The vaults of who is signed in, and the one that a page stands in.
import { useQuery } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { AnyRecord } from '../api/records';
import type { Entity } from '../api/schema';
import { nameWithin } from '../api/schema';
import { useMay, useSession } from '../app/session';
import { getVault, getVaults } from './vault';
import type { Vault } from './vault';

export const VaultContext = createContext<Vault | undefined>(undefined);

export const useVaultKey = (): number | undefined => use(VaultContext)?.id;

export function useVaults(enabled = true) {
  return useQuery({ queryKey: ['vaults'], queryFn: ({ signal }) => getVaults(signal), enabled, staleTime: 60_000, retry: false });
}

export function useVault(key: number | undefined) {
  return useQuery({ queryKey: ['vault', key], queryFn: ({ signal }) => getVault(key ?? 0, signal), enabled: key !== undefined, staleTime: 15_000, retry: false });
}

// Whether the pages of vaults are there for somebody: who belongs to one, or may make one.
export function useHasVaults(): boolean {
  const may = useMay();
  const isStaff = useSession().principal.kind === 'staff';
  const mine = useVaults(isStaff);
  return isStaff && (may('vault.create') || (mine.data ?? []).length > 0);
}

export function useMaySeal(entity: Entity, record: AnyRecord): boolean {
  const may = useMay();
  const possible = entity.may_be_sealed === true && entity.attached !== true && entity.vault === undefined && (may('vault.seal', record.organisation) || may(`${entity.name}.seal`, record.organisation));
  const mine = useVaults(possible);
  return possible && (mine.data ?? []).length > 0;
}

// What is kept of answers from within a vault.
export function forgetVault(client: QueryClient, key: number): void {
  const end = nameWithin('', key);
  client.removeQueries({ type: 'inactive', predicate: ({ queryKey }) => (queryKey[0] === 'vault' && queryKey.length > 2 && queryKey[1] === key) || queryKey.some((part) => typeof part === 'string' && part.endsWith(end)) });
}
