// Bringing in a second factor before or after the door: passkey or app, then the recovery codes. Works in half a session.
import { useState } from 'react';
import { addPasskey, passkeysWorkHere } from '../api/passkey';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Field, Input } from '../ui/Field';
import { deviceOf, newRecoveryCodes, startTotp } from './account';
import type { TotpStart } from './account';
import { RecoveryCodes } from './RecoveryCodes';
import { TotpSetup } from './TotpSetup';
import { useTrouble } from './trouble';
import styles from './account.module.css';

interface Props {
  readonly lead: string;
  readonly onDone: () => void;
  // Where one may do without.
  readonly onLater?: () => void;
}

type Stage = { readonly at: 'choice' } | { readonly at: 'totp'; readonly started: TotpStart } | { readonly at: 'codes'; readonly codes: readonly string[] };

const atOnce = (attempt: () => Promise<unknown>) => attempt();

export function ownDeviceName(): string {
  const device = deviceOf(navigator.userAgent);
  return device ? [device.browser.replace(/ \d+$/, ''), device.system].filter((word) => word !== '').join(', ') : '';
}

export function Enrol({ lead, onDone, onLater }: Props) {
  const t = useText();
  const [stage, setStage] = useState<Stage>({ at: 'choice' });
  const [name, setName] = useState(ownDeviceName);
  const { words, busy, attempt } = useTrouble();
  const toCodes = async () => setStage({ at: 'codes', codes: await newRecoveryCodes() });
  if (stage.at === 'codes') {
    return (
      <>
        <h2>{t.recoveryTitle()}</h2>
        <RecoveryCodes codes={stage.codes} doneName={t.signinIn()} onDone={onDone} />
      </>
    );
  }
  if (stage.at === 'totp') return <TotpSetup started={stage.started} run={atOnce} onDone={() => void attempt(toCodes)} onBack={() => setStage({ at: 'choice' })} />;
  const canPasskey = passkeysWorkHere();
  return (
    <div className={styles.form}>
      <h2>{t.enrolTitle()}</h2>
      <p className={styles.lead}>{lead}</p>
      {words !== undefined && (
        <p role="alert" className={styles.problem}>
          {words}
        </p>
      )}
      <form
        data-part="form"
        className={styles.way}
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => {
            await addPasskey(name);
            await toCodes();
          });
        }}
      >
        <h3>{t.enrolPasskey()}</h3>
        <p>{t.enrolPasskeyAbout()}</p>
        {canPasskey ? (
          <>
            <Field label={t.accountPasskeyName()} hint={t.accountPasskeyNameHint()}>
              {(given) => <Input {...given} value={name} required maxLength={100} onChange={(event) => setName(event.currentTarget.value)} />}
            </Field>
            <Button kind="primary" type="submit" disabled={busy}>
              {t.enrolPasskeyGo()}
            </Button>
          </>
        ) : (
          <p className={styles.note}>{t.passkeyNotHere()}</p>
        )}
      </form>
      <section className={styles.way}>
        <h3>{t.enrolTotp()}</h3>
        <p>{t.enrolTotpAbout()}</p>
        <Button kind={canPasskey ? 'plain' : 'primary'} disabled={busy} onClick={() => void attempt(async () => setStage({ at: 'totp', started: await startTotp() }))}>
          {t.enrolTotpGo()}
        </Button>
      </section>
      {onLater && (
        <div className={styles.row}>
          <Button kind="quiet" onClick={onLater}>
            {t.enrolLater()}
          </Button>
        </div>
      )}
    </div>
  );
}
