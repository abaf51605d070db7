import { Note } from '../app/states';
import { useText } from '../i18n/useText';
import { OpenAgain } from './deeds';
import type { Vault } from './vault';

// In place of records that cannot be reached.
export function ClosedVault({ vault }: { readonly vault: Vault }) {
  const t = useText();
  if (!vault.is_here) {
    return (
      <Note title={t.vaultElsewhere()}>
        <p>{t.vaultElsewhereAdvice()}</p>
      </Note>
    );
  }
  return (
    <Note title={t.vaultClosedTitle()}>
      <p>{t.vaultClosedAdvice()}</p>
      <OpenAgain vault={vault} />
    </Note>
  );
}
