// The buttons that change the vault itself.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../app/session';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { LockIcon, SignOutIcon } from '../ui/icons';
import { useVaultDeed } from './useVaultDeed';
import { leaveVault, setState } from './vault';
import type { Vault } from './vault';
import styles from './vault.module.css';

export function OpenAgain({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const may = useMay();
  const deed = useVaultDeed(vault.id);
  if (!vault.custodian || vault.state === 'open' || !vault.is_here || !may('vault.open')) return null;
  return (
    <Button kind="primary" onClick={() => void deed((reason) => setState(vault.id, 'open', reason), t.vaultOpenedNow(), t.vaultReopenTitle())}>
      {t.vaultReopen()}
    </Button>
  );
}

export function CloseVault({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const may = useMay();
  const deed = useVaultDeed(vault.id);
  if (!vault.custodian || vault.state !== 'open' || !vault.is_here || !may('vault.close')) return null;
  return (
    <Button icon={<LockIcon />} onClick={() => void deed((reason) => setState(vault.id, 'closed', reason), t.vaultClosedNow(), t.vaultCloseTitle())}>
      {t.vaultClose()}
    </Button>
  );
}

export function LeaveVault({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const navigate = useNavigate();
  const deed = useVaultDeed(vault.id);
  const [asked, setAsked] = useState(false);
  const leave = async () => {
    setAsked(false);
    if (await deed(() => leaveVault(vault.id), t.vaultLeft())) await navigate({ to: '/vaults' });
  };
  return (
    <>
      <Button icon={<SignOutIcon />} onClick={() => setAsked(true)}>
        {t.vaultLeave()}
      </Button>
      {asked && (
        <Dialog opened onClose={() => setAsked(false)} title={t.vaultLeaveTitle()} closeName={t.commonClose()} size="md">
          <p className={styles.lead}>{t.vaultLeaveWarning()}</p>
          <DialogButtons>
            <Button data-autofocus onClick={() => setAsked(false)}>
              {t.commonCancel()}
            </Button>
            <Button kind="primary" onClick={() => void leave()}>
              {t.vaultLeave()}
            </Button>
          </DialogButtons>
        </Dialog>
      )}
    </>
  );
}
