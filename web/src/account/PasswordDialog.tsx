import { useState } from 'react';
import { ApiError } from '../api/client';
import type { Fault } from '../api/client';
import { useDeed } from '../app/deeds';
import { useText } from '../i18n/useText';
import { faultLabel } from '../record/labels';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Input } from '../ui/Field';
import { changePassword } from './account';
import { useTrouble } from './trouble';
import { useAccountDeed } from './useAccountDeed';
import styles from './account.module.css';

export function PasswordDialog({ has, onClose }: { readonly has: boolean; readonly onClose: () => void }) {
  const t = useText();
  const run = useDeed();
  const deed = useAccountDeed();
  const [old, setOld] = useState('');
  const [chosen, setChosen] = useState('');
  const [again, setAgain] = useState('');
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const { words, busy, attempt } = useTrouble();
  const faultOf = (field: string) => {
    const found = faults.find((fault) => fault.field === field);
    return found && faultLabel(t, found.code, found.detail);
  };
  const differ = again !== '' && !chosen.startsWith(again) && chosen !== again;
  const send = () =>
    void attempt(
      async () => {
        setFaults([]);
        await run(() => changePassword(old, chosen));
        onClose();
        void deed(() => Promise.resolve(), t.accountPasswordChanged());
      },
      (error) => {
        if (!(error instanceof ApiError) || error.faults.length === 0) return undefined;
        setFaults(error.faults);
        return t.setupFaults();
      },
    );
  const line = (label: string, value: string, set: (value: string) => void, fault: string | undefined, fresh: boolean, hint?: string) => (
    <Field label={label} fault={fault} hint={hint}>
      {(given) => <Input {...given} type="password" required value={value} maxLength={1024} autoComplete={fresh ? 'new-password' : 'current-password'} onChange={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
  return (
    <Dialog opened onClose={onClose} title={has ? t.accountPasswordChange() : t.accountPasswordChoose()} closeName={t.commonClose()} size="sm">
      <form
        data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen === again) send();
        }}
      >
        {words !== undefined && (
          <p role="alert" className={styles.problem}>
            {words}
          </p>
        )}
        {has && line(t.accountPasswordOld(), old, setOld, faultOf('old'), false)}
        {line(t.accountPasswordNew(), chosen, setChosen, faultOf('new'), true, t.setupPasswordHint())}
        {line(t.setupAgain(), again, setAgain, differ ? t.setupDiffer() : undefined, true)}
        <p className={styles.note}>{t.accountPasswordEnds()}</p>
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy || chosen === '' || chosen !== again}>
            {has ? t.accountPasswordChange() : t.accountPasswordChoose()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
