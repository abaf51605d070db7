// One attempt at a time, and in words what went wrong with it.
import { useCallback, useState } from 'react';
import { ApiError } from '../api/client';
import { passkeyTrouble } from '../api/passkey';
import { isCancelled } from '../app/deeds';
import type { Messages } from '../i18n/messages';
import { useText } from '../i18n/useText';
import { faultLabel } from '../record/labels';

export function troubleWords(t: Messages, error: unknown): string {
  const passkey = passkeyTrouble(error);
  if (passkey !== undefined) return passkey === 'exists' ? t.passkeyExists() : t.passkeyCancelled();
  if (!(error instanceof ApiError)) return t.failOther();
  const fault = error.faults[0];
  if (fault) return faultLabel(t, fault.code, fault.detail);
  switch (error.kind) {
    case 'signed_out':
      return t.signinEnded();
    case 'too_many':
    case 'unavailable':
      return t.passwordWait();
    case 'unreachable':
      return t.failUnreachable();
    case 'forbidden':
      return t.failForbidden();
    case 'conflict':
      return t.failConflict();
    default:
      return t.failOther();
  }
}

export interface Trouble {
  readonly words: string | undefined;
  readonly busy: boolean;
  // Settles always; whether it went well.
  readonly attempt: (deed: () => Promise<unknown>, wordsOf?: (error: unknown) => string | undefined) => Promise<boolean>;
}

export function useTrouble(): Trouble {
  const t = useText();
  const [words, setWords] = useState<string>();
  const [busy, setBusy] = useState(false);
  const attempt = useCallback<Trouble['attempt']>(
    async (deed, wordsOf) => {
      setBusy(true);
      setWords(undefined);
      try {
        await deed();
        return true;
      } catch (error) {
        if (!isCancelled(error)) setWords(wordsOf?.(error) ?? troubleWords(t, error));
        return false;
      } finally {
        setBusy(false);
      }
    },
    [t],
  );
  return { words, busy, attempt };
}
