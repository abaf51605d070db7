// Under /account: how one signs in, where one is signed in, and the programs that act in one's name.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/client';
import { useDeed } from '../app/deeds';
import { useSession } from '../app/session';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { getAccount, newRecoveryCodes, startTotp, stopTotp } from './account';
import type { Account, TotpStart } from './account';
import { Card } from './Card';
import { Passkeys } from './Passkeys';
import { PasswordDialog } from './PasswordDialog';
import { RecoveryCodes } from './RecoveryCodes';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';
import { TotpSetup } from './TotpSetup';
import { useAccountDeed } from './useAccountDeed';
import styles from './account.module.css';

export function AccountPage() {
  const t = useText();
  useTitle(t.accountTitle());
  const account = useQuery({ queryKey: ['account'], queryFn: ({ signal }) => getAccount(signal), retry: false });
  if (account.isPending) return <Loading />;
  if (account.isError) {
    if (account.error instanceof ApiError && account.error.kind === 'not_found') {
      return (
        <Note title={t.accountNone()}>
          <p>{t.accountNoneAdvice()}</p>
        </Note>
      );
    }
    return <Failure error={account.error} onRetry={() => void account.refetch()} />;
  }
  return <Mine account={account.data} />;
}

function Mine({ account }: { readonly account: Account }) {
  const t = useText();
  const { principal } = useSession();
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{t.accountTitle()}</h1>
        <span>
          <Visible text={principal.name} />
        </span>
        <span className="dim">{t.accountLogin({ login: account.login })}</span>
        {account.must_enrol && <span className="dim">{t.accountRequired()}</span>}
      </div>
      <Password account={account} />
      <Passkeys passkeys={account.passkeys} />
      <App account={account} />
      <Recovery left={account.recovery_left} />
      <Sessions />
      <Tokens />
    </div>
  );
}

function Password({ account }: { readonly account: Account }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <Card title={t.accountPassword()} tools={<Button onClick={() => setOpen(true)}>{account.password ? t.accountPasswordChange() : t.accountPasswordChoose()}</Button>}>
      <p>{account.password ? t.accountPasswordSet() : t.accountPasswordNone()}</p>
      {open && <PasswordDialog has={account.password} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function App({ account }: { readonly account: Account }) {
  const t = useText();
  const run = useDeed();
  const deed = useAccountDeed();
  const [started, setStarted] = useState<TotpStart>();
  const begin = () => void deed(async () => setStarted(await startTotp()), '');
  const stop = () => void deed(stopTotp, t.accountTotpStopped(), t.accountLastFactor());
  return (
    <Card
      title={t.enrolTotp()}
      tools={
        <>
          <Button onClick={begin}>{account.totp ? t.accountTotpReplace() : t.accountTotpStart()}</Button>
          {account.totp && <Button onClick={stop}>{t.accountTotpStop()}</Button>}
        </>
      }
    >
      <p>{account.totp ? t.accountTotpOn() : t.accountTotpOff()}</p>
      <p>{t.enrolTotpAbout()}</p>
      {started && (
        <Dialog opened onClose={() => setStarted(undefined)} title={t.enrolTotp()} closeName={t.commonClose()} size="md">
          <TotpSetup
            started={started}
            run={(attempt) => run(() => attempt())}
            onDone={() => {
              setStarted(undefined);
              void deed(() => Promise.resolve(), t.accountTotpStarted());
            }}
            onBack={() => setStarted(undefined)}
          />
        </Dialog>
      )}
    </Card>
  );
}

function Recovery({ left }: { readonly left: number }) {
  const t = useText();
  const deed = useAccountDeed();
  const [codes, setCodes] = useState<readonly string[]>();
  return (
    <Card title={t.recoveryTitle()} tools={<Button onClick={() => void deed(async () => setCodes(await newRecoveryCodes()), '')}>{t.accountRecoveryMake()}</Button>}>
      <p>{left > 0 ? t.accountRecoveryLeft({ count: left }) : t.accountRecoveryNone()}</p>
      {left > 0 && <p>{t.accountRecoveryReplaces()}</p>}
      {codes && (
        <Dialog opened onClose={() => setCodes(undefined)} title={t.recoveryTitle()} closeName={t.commonClose()} size="md">
          <RecoveryCodes codes={codes} doneName={t.recoveryDone()} onDone={() => setCodes(undefined)} />
        </Dialog>
      )}
    </Card>
  );
}
