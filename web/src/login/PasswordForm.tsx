// Signing in: passkey, or name and password; then a second step where the account wants one, or a second factor where it
// wants one and has none.
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Enrol } from '../account/Enrol';
import { troubleWords, useTrouble } from '../account/trouble';
import { ApiError, sendJson, signOut } from '../api/client';
import { passkeyAnswer, passkeysWorkHere } from '../api/passkey';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { Button } from '../ui/Button';
import { Field, Input } from '../ui/Field';
import styles from './LoginPage.module.css';

export type Step = 'password' | 'totp' | 'passkey' | 'enrol';

// What is sent for a code: six digits are of an authenticator, anything else is a recovery code.
export function proofOf(code: string): { totp: string } | { recovery_code: string } {
  const bare = code.replace(/\s/g, '').normalize('NFKC');
  return /^\d{6}$/.test(bare) ? { totp: bare } : { recovery_code: bare };
}

// Where an answer of the server leads; what it asks that we do not know begins again.
export function stepAfter(next: string | undefined): Step | 'in' {
  if (next === undefined) return 'in';
  return next === 'totp' || next === 'passkey' || next === 'enrol' ? next : 'password';
}

const send = async (proof: unknown) => stepAfter((await sendJson<{ next?: string } | undefined>('POST', '/session', proof))?.next);

const isRefusal = (error: unknown) => error instanceof ApiError && (error.kind === 'signed_out' || error.kind === 'invalid' || error.kind === 'forbidden');

function wrongWords(t: Messages, error: unknown, wrong: string): string {
  return isRefusal(error) ? wrong : troubleWords(t, error);
}

interface Props {
  readonly onIn: () => void;
  // Where somebody goes on who has begun elsewhere.
  readonly start?: Step;
  // Stands below the first step only.
  readonly children?: ReactNode;
}

export function PasswordForm({ onIn, start = 'password', children }: Props) {
  const t = useText();
  const [step, setStep] = useState<Step>(start);
  const go = (after: Step | 'in') => (after === 'in' ? onIn() : setStep(after));
  const restart = () => {
    void signOut().catch(() => undefined);
    setStep('password');
  };
  switch (step) {
    case 'enrol':
      return <Enrol lead={t.enrolLead()} onDone={onIn} />;
    case 'totp':
    case 'passkey':
      return <SecondStep first={step} onStep={go} onRestart={restart} />;
    default:
      return (
        <>
          <FirstStep onStep={go} />
          {children}
        </>
      );
  }
}

function Trouble({ words }: { readonly words: string | undefined }) {
  if (words === undefined) return null;
  return (
    <p role="alert" className={styles.problem}>
      {words}
    </p>
  );
}

function FirstStep({ onStep }: { readonly onStep: (step: Step | 'in') => void }) {
  const t = useText();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { words, busy, attempt } = useTrouble();
  const canPasskey = passkeysWorkHere();
  return (
    <>
      <Trouble words={words} />
      {canPasskey && (
        <div className={styles.form}>
          <Button
            disabled={busy}
            onClick={() =>
              void attempt(
                async () => onStep(await send({ passkey: await passkeyAnswer() })),
                (error) => wrongWords(t, error, t.passkeyWrong()),
              )
            }
          >
            {t.signinPasskey()}
          </Button>
          <h2>{t.signinOrPassword()}</h2>
        </div>
      )}
      <form
        data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(
            async () => onStep(await send({ name, password })),
            (error) => wrongWords(t, error, t.passwordWrong()),
          );
        }}
      >
        <Field label={t.passwordLogin()}>{(given) => <Input {...given} value={name} required autoComplete="username" maxLength={200} onChange={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label={t.passwordPassword()}>
          {(given) => <Input {...given} type="password" value={password} required autoComplete="current-password" maxLength={1024} onChange={(event) => setPassword(event.currentTarget.value)} />}
        </Field>
        <Button kind="primary" type="submit" disabled={busy}>
          {t.passwordGo()}
        </Button>
      </form>
    </>
  );
}

interface SecondProps {
  readonly first: 'totp' | 'passkey';
  readonly onStep: (step: Step | 'in') => void;
  readonly onRestart: () => void;
}

function SecondStep({ first, onStep, onRestart }: SecondProps) {
  const t = useText();
  const [way, setWay] = useState<'totp' | 'passkey' | 'recovery'>(first);
  const [code, setCode] = useState('');
  const { words, busy, attempt } = useTrouble();
  const byPasskey = () =>
    void attempt(
      async () => onStep(await send({ passkey: await passkeyAnswer() })),
      (error) => wrongWords(t, error, t.passkeyWrong()),
    );
  const byCode = () =>
    void attempt(
      async () => onStep(await send(proofOf(code))),
      (error) => {
        setCode('');
        return wrongWords(t, error, t.passwordWrongCode());
      },
    );
  const canPasskey = passkeysWorkHere();
  return (
    <div className={styles.form}>
      <h2>{t.signinCodeTitle()}</h2>
      <Trouble words={words} />
      {way === 'passkey' ? (
        <>
          <p className={styles.lead}>{canPasskey ? t.signinPasskeyLead() : t.passkeyNotHere()}</p>
          {canPasskey && (
            <Button kind="primary" disabled={busy} onClick={byPasskey}>
              {t.signinUsePasskey()}
            </Button>
          )}
        </>
      ) : (
        <form
          key={way}
          data-part="form"
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            byCode();
          }}
        >
          {way === 'totp' && <p className={styles.lead}>{t.signinCodeLead()}</p>}
          <Field label={way === 'totp' ? t.passwordCode() : t.signinRecovery()} hint={way === 'totp' ? t.passwordCodeHint() : t.signinRecoveryHint()}>
            {(given) => <Input {...given} value={code} required autoFocus autoComplete="one-time-code" maxLength={60} onChange={(event) => setCode(event.currentTarget.value)} />}
          </Field>
          <Button kind="primary" type="submit" disabled={busy}>
            {t.passwordGo()}
          </Button>
        </form>
      )}
      <div className={styles.others}>
        {way !== 'passkey' && canPasskey && (
          <Button kind="quiet" onClick={() => (way === 'totp' ? byPasskey() : setWay('passkey'))} disabled={busy}>
            {t.signinUsePasskey()}
          </Button>
        )}
        {way !== 'totp' && first === 'totp' && (
          <Button kind="quiet" onClick={() => setWay('totp')}>
            {t.signinUseApp()}
          </Button>
        )}
        {way !== 'recovery' && (
          <Button kind="quiet" onClick={() => setWay('recovery')}>
            {t.signinUseRecovery()}
          </Button>
        )}
        <Button kind="quiet" onClick={onRestart}>
          {t.signinAgain()}
        </Button>
      </div>
    </div>
  );
}
