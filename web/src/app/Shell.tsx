import { Outlet, useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useCallback, useEffect, useState } from 'react';
import { ApiError, getSession, onSignedOut } from '../api/client';
import { useText } from '../i18n/useText';
import { useCommandKey, useKeys } from '../keys/useKeys';
import { LiveProvider } from '../api/LiveProvider';
import { DeedProvider } from './deeds';
import { Follow } from './Follow';
import { HelpSheet } from './HelpSheet';
import { SessionContext } from './session';
import { Sidebar } from './Sidebar';
import { TopBar } from './TopBar';
import { Failure, Loading } from './states';
import { usePreferences } from './preferences';
import { ToastProvider } from './toasts';
import styles from './Shell.module.css';

const Palette = lazy(() => import('../find/Palette').then((part) => ({ default: part.Palette })));

// The frame of every page behind the sign-in.
export function Shell() {
  const navigate = useNavigate();
  const session = useQuery({ queryKey: ['session'], queryFn: getSession, staleTime: Infinity });
  const signedOut = session.error instanceof ApiError && session.error.kind === 'signed_out';
  const toLogin = useCallback(() => void navigate({ to: '/login', replace: true }), [navigate]);
  useEffect(() => onSignedOut(toLogin), [toLogin]);
  useEffect(() => {
    if (signedOut) toLogin();
  }, [signedOut, toLogin]);
  if (session.isPending || signedOut) return <Loading />;
  if (session.isError) return <Failure error={session.error} onRetry={() => void session.refetch()} />;
  return (
    <SessionContext value={session.data}>
      <LiveProvider>
        <ToastProvider>
          <DeedProvider>
            <Follow />
            <Frame />
          </DeedProvider>
        </ToastProvider>
      </LiveProvider>
    </SessionContext>
  );
}

function Frame() {
  const t = useText();
  const navigate = useNavigate();
  const { letterKeys } = usePreferences();
  const [help, setHelp] = useState(false);
  const [find, setFind] = useState(false);
  useKeys(
    {
      '?': () => setHelp(true),
      'g a': () => void navigate({ to: '/alerts', search: {} }),
      'g r': () => void navigate({ to: '/roles', search: {} }),
      'g i': () => void navigate({ to: '/inbox' }),
      'g j': () => void navigate({ to: '/jobs' }),
      'g s': () => void navigate({ to: '/status' }),
    },
    { letters: letterKeys },
  );
  useCommandKey('k', () => setFind(true));
  const closeFind = useCallback(() => setFind(false), []);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        {t.shellSkip()}
      </a>
      <Sidebar />
      <div className={styles.main}>
        <TopBar onHelp={() => setHelp(true)} onFind={() => setFind(true)} />
        <main id="page" tabIndex={-1} className={styles.page}>
          <Outlet />
        </main>
      </div>
      <HelpSheet opened={help} onClose={() => setHelp(false)} />
      {find && (
        <Suspense fallback={null}>
          <Palette onClose={closeFind} />
        </Suspense>
      )}
    </div>
  );
}
