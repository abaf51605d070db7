// Behind the link of an invitation: whose it is, a password, a second factor with recovery codes. The code stands behind
// '#' of the address, which browsers do not send.
import { Link, useNavigate } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Enrol } from '../account/Enrol';
import { useTrouble } from '../account/trouble';
import { ApiError, sendJson } from '../api/client';
import type { Fault } from '../api/client';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { faultLabel } from '../record/labels';
import { Button } from '../ui/Button';
import { Field, Input } from '../ui/Field';
import { Logo } from '../ui/icons';
import { LanguageSwitch } from './LoginPage';
import { PasswordForm, stepAfter } from './PasswordForm';
import type { Step } from './PasswordForm';
import styles from './LoginPage.module.css';

interface Invited {
  readonly name: string;
  // Of an account that is there already.
  readonly login: string | null;
}

// Of an address "…/invitation#code=…": only what such a code can look like.
export function codeOf(hash: string): string | undefined {
  return /^#code=([\w-]{1,200})$/.exec(hash)?.[1];
}

export function InvitationPage() {
  const t = useText();
  useTitle(t.invitedTitle());
  // Taken out of the address, and so out of the history, before it is used.
  const [code] = useState(() => {
    const found = codeOf(window.location.hash);
    if (window.location.hash !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
    return found;
  });
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Logo />
          <h1>{t.invitedTitle()}</h1>
        </div>
        {code === undefined ? <Sorry words={t.invitedNoCode()} /> : <Opened code={code} />}
      </div>
      <LanguageSwitch />
    </main>
  );
}

function Sorry({ words }: { readonly words: string }) {
  const t = useText();
  return (
    <>
      <p className={styles.lead}>{words}</p>
      <p className={styles.note}>
        <Link to="/login">{t.setupToLogin()}</Link>
      </p>
    </>
  );
}

function Opened({ code }: { readonly code: string }) {
  const t = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [step, setStep] = useState<Step | 'in'>();
  const invited = useQuery({ queryKey: ['invited', code], queryFn: () => sendJson<Invited>('POST', '/invitation/check', { code }), retry: false, staleTime: Infinity, gcTime: 0 });
  const enter = () => {
    client.clear();
    void navigate({ to: '/', replace: true });
  };
  if (step === 'in' || step === 'enrol') return <Enrol lead={step === 'in' ? t.enrolInvitedLead() : t.enrolLead()} onDone={enter} {...(step === 'in' ? { onLater: enter } : {})} />;
  if (step !== undefined) {
    return (
      <>
        <p className={styles.lead}>{t.invitedSigninLead()}</p>
        <PasswordForm start={step} onIn={enter} />
      </>
    );
  }
  if (invited.isPending) return <Loading />;
  if (invited.isError) {
    const isGone = invited.error instanceof ApiError && invited.error.kind === 'not_found';
    return isGone ? <Sorry words={t.invitedGone()} /> : <Failure error={invited.error} onRetry={() => void invited.refetch()} />;
  }
  return <Choose code={code} invited={invited.data} onStep={setStep} />;
}

interface ChooseProps {
  readonly code: string;
  readonly invited: Invited;
  readonly onStep: (step: Step | 'in') => void;
}

function Choose({ code, invited, onStep }: ChooseProps) {
  const t = useText();
  const [login, setLogin] = useState(invited.login ?? '');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const { words, busy, attempt } = useTrouble();
  const faultOf = (field: string) => {
    const found = faults.find((fault) => fault.field === field);
    return found && faultLabel(t, found.code, found.detail);
  };
  const differ = again !== '' && !password.startsWith(again);
  const wordsOf = (error: unknown): string | undefined => {
    if (!(error instanceof ApiError)) return undefined;
    setFaults(error.faults);
    if (error.faults.length > 0) return t.setupFaults();
    return error.kind === 'not_found' ? t.invitedGone() : undefined;
  };
  const send = () =>
    void attempt(async () => {
      setFaults([]);
      await sendJson('POST', '/invitation', { code, login, password });
      try {
        onStep(stepAfter((await sendJson<{ next?: string } | undefined>('POST', '/session', { name: login, password }))?.next));
      } catch {
        // The account is made: what is left is signing in.
        onStep('password');
      }
    }, wordsOf);
  return (
    <form
      data-part="form"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (password === again) send();
      }}
    >
      <p className={styles.lead}>{invited.login === null ? t.invitedLead({ name: invited.name }) : t.invitedBackLead({ name: invited.name })}</p>
      {words !== undefined && (
        <p role="alert" className={styles.problem}>
          {words}
        </p>
      )}
      <Field label={t.passwordLogin()} fault={faultOf('login')} hint={t.invitedLoginHint()}>
        {(given) => <Input {...given} value={login} required readOnly={invited.login !== null} autoComplete="username" maxLength={200} onChange={(event) => setLogin(event.currentTarget.value)} />}
      </Field>
      <Field label={t.passwordPassword()} fault={faultOf('password')} hint={t.setupPasswordHint()}>
        {(given) => <Input {...given} type="password" value={password} required autoComplete="new-password" maxLength={1024} onChange={(event) => setPassword(event.currentTarget.value)} />}
      </Field>
      <Field label={t.setupAgain()} fault={differ ? t.setupDiffer() : undefined}>
        {(given) => <Input {...given} type="password" value={again} required autoComplete="new-password" maxLength={1024} onChange={(event) => setAgain(event.currentTarget.value)} />}
      </Field>
      <Button kind="primary" type="submit" disabled={busy || password === '' || password !== again}>
        {t.invitedGo()}
      </Button>
    </form>
  );
}
