// Who is signed in and what they may do: buttons that would be refused are not offered. The server decides anyway.
import { createContext, use, useCallback } from 'react';
import type { Organisation, Session } from '../api/client';
import type { Language } from '../i18n/messages';
import { usePreferences } from './preferences';

export const SessionContext = createContext<Session | undefined>(undefined);

// Only below the frame of signed-in pages.
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('no session above this component');
  return session;
}

// Where no organisation is named: anywhere at all.
export function may(session: Session, permission: string, organisation?: number): boolean {
  // Before the first start is done there is nobody who could hold it: the operator of the machine sees its alerts.
  if (session.setup_needed && permission === 'alert.read') return true;
  const reach = Object.hasOwn(session.permissions, permission) ? session.permissions[permission] : undefined;
  if (!reach) return false;
  if (reach.everywhere) return true;
  return organisation === undefined || organisation === 0 ? reach.organisations.length > 0 : reach.organisations.includes(organisation);
}

export type May = (permission: string, organisation?: number) => boolean;

export function useMay(): May {
  const session = useSession();
  return useCallback<May>((permission, organisation) => may(session, permission, organisation), [session]);
}

export function organisationName(organisation: Organisation, language: Language): string {
  return organisation.name[language] || organisation.name.ja || organisation.name.en || organisation.short;
}

// The company that everything is seen of; undefined: all of them together.
export function useOrganisation(): Organisation | undefined {
  const session = useSession();
  const { organisation } = usePreferences();
  return session.organisations.find((one) => one.key === organisation);
}
