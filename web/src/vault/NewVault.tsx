import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/client';
import { useDeed } from '../app/deeds';
import { useSession } from '../app/session';
import { useTrouble } from '../account/trouble';
import { useText } from '../i18n/useText';
import { faultLabel } from '../record/labels';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Input, TextArea } from '../ui/Field';
import { People } from './People';
import { bytesOf, makeVault, maxVaultPurpose, maxVaultTitle } from './vault';
import type { Vault } from './vault';
import styles from './vault.module.css';

interface Props {
  readonly onClose: () => void;
  readonly onMade: (vault: Vault) => void;
}

type Faults = Readonly<Record<string, string>>;

export function NewVault({ onClose, onMade }: Props) {
  const t = useText();
  const run = useDeed();
  const client = useQueryClient();
  const { principal } = useSession();
  const [title, setTitle] = useState('');
  const [purpose, setPurpose] = useState('');
  const [people, setPeople] = useState<readonly string[]>([]);
  const [faults, setFaults] = useState<Faults>({});
  const { words, busy, attempt } = useTrouble();
  const wrong = (): Faults => ({
    ...(title.trim() === '' ? { title: faultLabel(t, 'needed') } : bytesOf(title.trim()) > maxVaultTitle ? { title: faultLabel(t, 'too_long') } : {}),
    ...(bytesOf(purpose.trim()) > maxVaultPurpose ? { purpose: faultLabel(t, 'too_long') } : {}),
    ...(people.includes(principal.id) ? { custodians: t.vaultCustodiansNotYou() } : people.length === 0 ? { custodians: t.vaultCustodiansNeeded() } : {}),
  });
  const make = async () => {
    const found = wrong();
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    let made: Vault | undefined;
    const done = await attempt(
      async () => {
        try {
          made = await run((reason) => makeVault(title.trim(), purpose.trim(), people, reason));
        } catch (error) {
          if (error instanceof ApiError && error.kind === 'invalid') setFaults(Object.fromEntries(error.faults.map((fault) => [fault.field, faultLabel(t, fault.code, fault.detail)])));
          throw error;
        }
      },
    );
    if (!done || !made) return;
    await client.invalidateQueries({ queryKey: ['vaults'] });
    onMade(made);
  };
  return (
    <Dialog opened onClose={onClose} title={t.vaultNew()} closeName={t.commonClose()} size="lg">
      <form
        data-part="form"
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <p className={styles.lead}>{t.vaultAbout()}</p>
        <Field label={t.vaultName()} needed={t.fieldNeeded()} fault={faults['title']} hint={t.vaultNameHint()}>
          {(given) => <Input {...given} data-autofocus value={title} maxLength={maxVaultTitle} onChange={(event) => setTitle(event.currentTarget.value)} />}
        </Field>
        <Field label={t.vaultPurpose()} fault={faults['purpose']}>
          {(given) => <TextArea {...given} rows={3} value={purpose} maxLength={maxVaultPurpose} onChange={(event) => setPurpose(event.currentTarget.value)} />}
        </Field>
        <Field label={t.vaultCustodians()} needed={t.fieldNeeded()} fault={faults['custodians']} hint={t.vaultCustodiansHint()}>
          {(given) => <People label={t.vaultCustodians()} people={people} given={given} onChange={setPeople} />}
        </Field>
        {words !== undefined && Object.keys(faults).length === 0 && (
          <p className={styles.problem} role="alert">
            {words}
          </p>
        )}
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {t.vaultMake()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
