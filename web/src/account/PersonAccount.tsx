// The account of somebody else, for those who look after accounts: whether they can sign in, invite them, close it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyButton } from '../alert/FieldValue';
import { Time } from '../alert/parts';
import { ApiError, getJson, sendJson } from '../api/client';
import { reasonHeader } from '../api/records';
import type { Schemas } from '../api/typed';
import { isCancelled, useDeed } from '../app/deeds';
import { useSession } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Tick, Input } from '../ui/Field';
import { CopyIcon } from '../ui/icons';
import { Sessions } from './Sessions';
import { troubleWords, useTrouble } from './trouble';
import styles from './account.module.css';

type Facts = Schemas['AccountOfPerson'];
type Link = Schemas['Invitation'];

const at = (id: string) => `/people/${encodeURIComponent(id)}`;

async function accountOf(id: string, signal?: AbortSignal): Promise<Facts | null> {
  try {
    return await getJson<Facts>(`${at(id)}/account`, signal);
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'not_found') return null;
    throw error;
  }
}

function factorWords(t: Messages, facts: Facts): string {
  const words = [facts.totp ? t.peopleFactorApp() : '', facts.passkeys > 0 ? t.peopleFactorPasskeys({ count: facts.passkeys }) : ''].filter((word) => word !== '');
  return words.length === 0 ? t.peopleFactorNone() : words.join(', ');
}

export function PersonAccount({ id, name }: { readonly id: string; readonly name: string }) {
  const t = useText();
  const { principal } = useSession();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  const account = useQuery({ queryKey: ['account-of', id], queryFn: ({ signal }) => accountOf(id, signal), retry: false });
  const [inviting, setInviting] = useState(false);
  if (account.isPending) return <Loading />;
  if (account.isError) return <Failure error={account.error} onRetry={() => void account.refetch()} />;
  const again = async () => {
    await client.invalidateQueries({ queryKey: ['account-of', id] });
    await client.invalidateQueries({ queryKey: ['sessions', id] });
  };
  const facts = account.data;
  const disable = async () => {
    try {
      await run((reason) => sendJson('DELETE', `${at(id)}/account`, undefined, reasonHeader(reason)), { askReason: t.peopleDisable() });
      toast({ text: t.peopleDisabledDone() });
    } catch (error) {
      if (!isCancelled(error)) toast({ text: troubleWords(t, error), bad: true });
    }
    await again();
  };
  if (principal.id === id) return <p className={styles.note}>{t.peopleSelf()}</p>;
  const isDisabled = facts !== null && facts.disabled_at !== null;
  return (
    <div className={styles.form}>
      {facts === null ? <p>{t.peopleNoAccount()}</p> : <AccountFacts facts={facts} />}
      <div className={styles.row}>
        <Button kind="primary" onClick={() => setInviting(true)}>
          {facts === null ? t.peopleInvite() : t.peopleInviteAgain()}
        </Button>
        {facts !== null && !isDisabled && <Button onClick={() => void disable()}>{t.peopleDisable()}</Button>}
      </div>
      {facts !== null && !isDisabled && <Sessions person={id} />}
      {inviting && (
        <InviteDialog
          id={id}
          name={name}
          facts={facts}
          onClose={() => {
            setInviting(false);
            void again();
          }}
        />
      )}
    </div>
  );
}

function AccountFacts({ facts }: { readonly facts: Facts }) {
  const t = useText();
  const isDisabled = facts.disabled_at !== null;
  return (
    <dl className={styles.facts} data-testid="account-facts">
      <div>
        <dt>{t.peopleState()}</dt>
        <dd>
          <span className={`${styles.chip} ${isDisabled ? styles.bad : styles.good}`}>{isDisabled ? t.peopleDisabled() : t.peopleActive()}</span>
        </dd>
      </div>
      <div>
        <dt>{t.passwordLogin()}</dt>
        <dd>
          <Visible text={facts.login} />
        </dd>
      </div>
      <div>
        <dt>{t.peopleFactors()}</dt>
        <dd>
          {factorWords(t, facts)} ({facts.must_enrol ? t.peopleMustEnrol() : t.peopleNotRequired()})
        </dd>
      </div>
      <div>
        <dt>{t.recoveryTitle()}</dt>
        <dd>{t.accountRecoveryLeft({ count: facts.recovery_left })}</dd>
      </div>
      <div>
        <dt>{t.peopleSince()}</dt>
        <dd>
          <Time at={facts.created_at} />
        </dd>
      </div>
      {facts.disabled_at !== null && (
        <div>
          <dt>{t.peopleDisabledAt()}</dt>
          <dd>
            <Time at={facts.disabled_at} />
          </dd>
        </div>
      )}
    </dl>
  );
}

interface InviteProps {
  readonly id: string;
  readonly name: string;
  readonly facts: Facts | null;
  readonly onClose: () => void;
}

function InviteDialog({ id, name, facts, onClose }: InviteProps) {
  const t = useText();
  const run = useDeed();
  const [must, setMust] = useState(facts?.must_enrol ?? false);
  const [reset, setReset] = useState(false);
  const [reason, setReason] = useState('');
  const [link, setLink] = useState<Link>();
  const { words, busy, attempt } = useTrouble();
  const hasFactors = facts !== null && (facts.totp || facts.passkeys > 0 || facts.recovery_left > 0);
  const send = () =>
    void attempt(async () => {
      const body = { must_enrol: must, reset_factors: reset };
      setLink(await run(() => sendJson<Link>('POST', `${at(id)}/invitation`, body, reasonHeader(reset ? reason.trim() : undefined))));
    });
  if (link) {
    return (
      <Dialog opened onClose={onClose} title={t.peopleLink()} closeName={t.commonClose()} size="lg">
        <div className={styles.form}>
          <p className={styles.lead}>{t.peopleLinkOnce()}</p>
          <div className={styles.secret}>
            <code data-testid="invitation-link">{link.address}</code>
            <CopyButton name={t.peopleLinkCopy()} text={link.address} icon={<CopyIcon />} />
          </div>
          <p className={styles.note}>
            {t.peopleLinkUntil()} <Time at={link.expires_at} />
          </p>
          <DialogButtons>
            <Button kind="primary" onClick={onClose}>
              {t.recoveryDone()}
            </Button>
          </DialogButtons>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog opened onClose={onClose} title={t.peopleInviteTitle({ name })} closeName={t.commonClose()} size="md">
      <form
        data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <p className={styles.lead}>
          {t.peopleInviteLead()} {facts !== null && t.peopleInviteAgainLead()}
        </p>
        {words !== undefined && (
          <p role="alert" className={styles.problem}>
            {words}
          </p>
        )}
        <Tick checked={must} onChange={(event) => setMust(event.currentTarget.checked)}>
          {t.peopleMust()}
        </Tick>
        {hasFactors && (
          <Tick checked={reset} onChange={(event) => setReset(event.currentTarget.checked)}>
            {t.peopleReset()}
          </Tick>
        )}
        {reset && (
          <Field label={t.peopleReason()} needed={t.fieldNeeded()}>
            {(given) => <Input {...given} required value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />}
          </Field>
        )}
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy || (reset && reason.trim() === '')}>
            {t.peopleInviteGo()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
