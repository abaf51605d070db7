// Signing in with name and password, and then with a code where the account wants one.
import { useState } from 'react';
import { ApiError, sendJson } from '../api/client';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Field, Input } from '../ui/Field';
import styles from './LoginPage.module.css';

type Step = 'password' | 'totp' | 'elsewhere';
type Trouble = 'wrong' | 'wrong_code' | 'wait' | 'other';

// What is sent for a code: six digits are of an authenticator, anything else is a recovery code.
export function proofOf(code: string): { totp: string } | { recovery_code: string } {
  const bare = code.replace(/\s/g, '').normalize('NFKC');
  return /^\d{6}$/.test(bare) ? { totp: bare } : { recovery_code: bare };
}

export function stepAfter(next: string | undefined): Step | 'in' {
  if (next === undefined) return 'in';
  return next === 'totp' ? 'totp' : 'elsewhere';
}

export function PasswordForm({ onIn }: { readonly onIn: () => void }) {
  const t = useText();
  const [step, setStep] = useState<Step>('password');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setTrouble(undefined);
    try {
      const answer = await sendJson<{ next?: string } | undefined>('POST', '/session', step === 'password' ? { name, password } : proofOf(code));
      const after = stepAfter(answer?.next);
      if (after === 'in') return onIn();
      setPassword('');
      setStep(after);
    } catch (error) {
      const kind = error instanceof ApiError ? error.kind : 'other';
      const isWrong = kind === 'signed_out' || kind === 'invalid' || kind === 'forbidden';
      setTrouble(kind === 'too_many' || kind === 'unavailable' ? 'wait' : isWrong ? (step === 'password' ? 'wrong' : 'wrong_code') : 'other');
    } finally {
      setBusy(false);
    }
  };
  if (step === 'elsewhere') return <p className={styles.problem}>{t.passwordNotHere()}</p>;
  const words = { wrong: t.passwordWrong(), wrong_code: t.passwordWrongCode(), wait: t.passwordWait(), other: t.failOther() };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {trouble !== undefined && (
        <p role="alert" className={styles.problem}>
          {words[trouble]}
        </p>
      )}
      {step === 'password' ? (
        <>
          <Field label={t.passwordLogin()}>{(given) => <Input {...given} value={name} required autoComplete="username" maxLength={200} onChange={(event) => setName(event.currentTarget.value)} />}</Field>
          <Field label={t.passwordPassword()}>
            {(given) => <Input {...given} type="password" value={password} required autoComplete="current-password" maxLength={1024} onChange={(event) => setPassword(event.currentTarget.value)} />}
          </Field>
        </>
      ) : (
        <Field label={t.passwordCode()} hint={t.passwordCodeHint()}>
          {(given) => <Input {...given} value={code} required autoFocus autoComplete="one-time-code" maxLength={60} onChange={(event) => setCode(event.currentTarget.value)} />}
        </Field>
      )}
      <Button kind="primary" type="submit" disabled={busy}>
        {t.passwordGo()}
      </Button>
    </form>
  );
}
