// Setting up an app for codes: the secret as a QR code and as text, then its first code.
import { useState } from 'react';
import { CopyButton } from '../alert/FieldValue';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Field, Input } from '../ui/Field';
import { CopyIcon } from '../ui/icons';
import { confirmTotp, digitsOf, inFours } from './account';
import type { TotpStart } from './account';
import { Qr } from './Qr';
import { useTrouble } from './trouble';
import styles from './account.module.css';

interface Props {
  readonly started: TotpStart;
  // Tries, and asks for what the server wants more.
  readonly run: (attempt: () => Promise<unknown>) => Promise<unknown>;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

export function TotpSetup({ started, run, onDone, onBack }: Props) {
  const t = useText();
  const [code, setCode] = useState('');
  const { words, busy, attempt } = useTrouble();
  return (
    <form
      data-part="form"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(async () => {
          await run(() => confirmTotp(digitsOf(code)));
          onDone();
        });
      }}
    >
      <h3>{t.totpScan()}</h3>
      <Qr text={started.uri} name={t.totpQr()} />
      <div className={styles.byHand}>
        <span>{t.totpByHand()}</span>
        <code data-testid="totp-secret">{inFours(started.secret)}</code>
        <CopyButton name={t.totpCopy()} text={started.secret} icon={<CopyIcon />} />
      </div>
      <Field label={t.totpConfirm()} fault={words}>
        {(given) => <Input {...given} data-autofocus value={code} required inputMode="numeric" autoComplete="one-time-code" maxLength={20} onChange={(event) => setCode(event.currentTarget.value)} />}
      </Field>
      <div className={styles.row}>
        <Button kind="primary" type="submit" disabled={busy}>
          {t.totpGo()}
        </Button>
        <Button onClick={onBack}>{t.enrolBack()}</Button>
      </div>
    </form>
  );
}
