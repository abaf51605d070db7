import { useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError, getSession, signIn } from '../api/client';
import { usePreferences, prefer } from '../app/preferences';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Logo } from '../ui/icons';
import { PasswordForm } from './PasswordForm';
import styles from './LoginPage.module.css';

// The ticket stands behind '#', which browsers do not send. Only what a ticket can look like is taken.
export function ticketOf(hash: string): string | undefined {
  const found = /^#ticket=([\w-]{1,200})$/.exec(hash);
  return found?.[1];
}

type State = 'checking' | 'no_ticket' | 'refused' | 'too_many' | { readonly error: unknown };

// Takes the ticket out of the address, and so out of the history, before it is used.
function takeTicket(): string | undefined {
  const ticket = ticketOf(window.location.hash);
  if (window.location.hash !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
  return ticket;
}

async function enter(ticket: string | undefined): Promise<State | 'in'> {
  try {
    if (ticket !== undefined) {
      await signIn(ticket);
      return 'in';
    }
    await getSession();
    return 'in';
  } catch (error) {
    if (!(error instanceof ApiError)) return { error };
    if (error.kind === 'signed_out') return ticket === undefined ? 'no_ticket' : 'refused';
    if (error.kind === 'too_many') return 'too_many';
    return { error };
  }
}

export function LoginPage() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [state, setState] = useState<State>('checking');
  const started = useRef(false);
  useEffect(() => {
    // A ticket is good once: development runs effects twice.
    if (started.current) return;
    started.current = true;
    void enter(takeTicket()).then((result) => {
      if (result !== 'in') return setState(result);
      client.clear();
      return navigate({ to: '/', replace: true });
    });
  }, [client, navigate]);
  useEffect(() => {
    // A new link pasted into the same tab only changes what stands behind '#'.
    const again = () => window.location.reload();
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, []);
  if (state === 'checking') return <Loading />;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Logo />
          <LoginTitle />
        </div>
        {typeof state !== 'object' && (
          <PasswordForm
            onIn={() => {
              client.clear();
              void navigate({ to: '/', replace: true });
            }}
          >
            <LoginState state={state} />
          </PasswordForm>
        )}
        {typeof state === 'object' && <LoginState state={state} />}
      </div>
      <LanguageSwitch />
    </main>
  );
}

function LoginTitle() {
  const t = useText();
  useTitle(t.loginTitle());
  return <h1>{t.loginTitle()}</h1>;
}

function LoginState({ state }: { readonly state: Exclude<State, 'checking'> }) {
  const t = useText();
  if (typeof state === 'object') return <Failure error={state.error} onRetry={() => window.location.reload()} />;
  const words = {
    no_ticket: undefined,
    refused: t.loginRefused(),
    too_many: t.loginTooMany(),
  }[state];
  return (
    <>
      {words !== undefined && (
        <p role="alert" className={styles.problem}>
          {words}
        </p>
      )}
      <h2>{t.passwordOr()}</h2>
      <ol className={styles.steps}>
        <li>
          {t.loginStepCommand()}
          <code>{t.loginCommand()}</code>
        </li>
        <li>{t.loginStepOpen()}</li>
      </ol>
      <p className={styles.note}>{t.loginNote()}</p>
    </>
  );
}

export function LanguageSwitch() {
  const t = useText();
  const { language } = usePreferences();
  const other = language === 'ja' ? 'en' : 'ja';
  return (
    <Button kind="quiet" lang={other} onClick={() => prefer({ language: other })}>
      {other === 'ja' ? t.languageJa() : t.languageEn()}
    </Button>
  );
}
