// What people do to their account: what the server wants more is asked for, the result is said, the page learns it.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useDeed } from '../app/deeds';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';
import { isCancelled } from '../app/deeds';
import { ApiError } from '../api/client';
import { troubleWords } from './trouble';

export function useAccountDeed(): (deed: () => Promise<unknown>, said: string, conflict?: string) => Promise<boolean> {
  const t = useText();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  return useCallback(
    async (deed, said, conflict) => {
      try {
        await run(() => deed());
        if (said !== '') toast({ text: said });
        return true;
      } catch (error) {
        if (isCancelled(error)) return false;
        const stands = conflict !== undefined && error instanceof ApiError && error.kind === 'conflict';
        toast({ text: stands ? conflict : troubleWords(t, error), bad: true });
        return false;
      } finally {
        await client.invalidateQueries({ queryKey: ['account'] });
        await client.invalidateQueries({ queryKey: ['checklist'] });
      }
    },
    [client, run, t, toast],
  );
}
