// What people do to a vault: a reason or a proof is asked for where it is needed, the result is said, the pages learn it.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { troubleWords } from '../account/trouble';
import { isCancelled, useDeed } from '../app/deeds';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';

type VaultDeed = (deed: (reason: string | undefined) => Promise<unknown>, said: string, askReason?: string) => Promise<boolean>;

export function useVaultDeed(key: number): VaultDeed {
  const t = useText();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  return useCallback<VaultDeed>(
    async (deed, said, askReason) => {
      try {
        await run(deed, askReason === undefined ? undefined : { askReason });
        toast({ text: said });
        return true;
      } catch (error) {
        if (!isCancelled(error)) toast({ text: troubleWords(t, error), bad: true });
        return false;
      } finally {
        void client.invalidateQueries({ queryKey: ['vault', key] });
        void client.invalidateQueries({ queryKey: ['vaults'] });
      }
    },
    [client, key, run, t, toast],
  );
}
