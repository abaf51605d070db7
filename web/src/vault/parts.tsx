import { useText } from '../i18n/useText';
import type { Vault } from './vault';
import styles from './vault.module.css';

export function StateMark({ vault }: { readonly vault: Vault }) {
  const t = useText();
  if (!vault.is_here) return <span className={styles.chip}>{t.vaultElsewhere()}</span>;
  return <span className={[styles.chip, vault.state === 'open' ? styles.good : ''].join(' ')}>{vault.state === 'open' ? t.vaultOpen() : t.vaultClosed()}</span>;
}

export function Part({ custodian }: { readonly custodian: boolean }) {
  const t = useText();
  return <span className={[styles.chip, custodian ? styles.custodian : ''].join(' ')}>{custodian ? t.vaultCustodian() : t.vaultMember()}</span>;
}
