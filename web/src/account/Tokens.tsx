// Tokens for programs: their names, what they may do, until when; the secret is seen once.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyButton } from '../alert/FieldValue';
import { useDeed } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { useSession } from '../app/session';
import { Failure } from '../app/states';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { actionLabel, entityLabel, textAt } from '../record/labels';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Input, Select, Tick } from '../ui/Field';
import { CopyIcon, PlusIcon } from '../ui/icons';
import { createToken, endOf, endToken, getTokens, scopesOf } from './account';
import type { Token } from './account';
import { Card } from './Card';
import { useTrouble } from './trouble';
import { useAccountDeed } from './useAccountDeed';
import styles from './account.module.css';

const spans = [7, 30, 90, 180, 365] as const;

// "person.read" in words: what is done, and to what.
export function scopeLabel(t: Messages, scope: string): string {
  const [entity = '', ...deed] = scope.split('.');
  const action = deed.join('.');
  if (textAt(t, `entity.${entity}`) === undefined) return '';
  const deeds: Readonly<Record<string, string>> = { read: t.tokensRead(), manage: t.tokensManage() };
  return `${entityLabel(t, entity)}: ${deeds[action] ?? actionLabel(t, entity, action)}`;
}

export function Tokens() {
  const t = useText();
  const { language, zone } = usePreferences();
  const deed = useAccountDeed();
  const client = useQueryClient();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => getTokens(signal) });
  const [adding, setAdding] = useState(false);
  const [now] = useState(Date.now);
  const again = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const end = async (token: Token) => {
    await deed(() => endToken(token.id), t.tokensEnded());
    await again();
  };
  return (
    <Card
      title={t.tokensTitle()}
      tools={
        <Button icon={<PlusIcon />} onClick={() => setAdding(true)}>
          {t.tokensAdd()}
        </Button>
      }
    >
      <p>{t.tokensAbout()}</p>
      {tokens.isError && <Failure error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <p>{t.tokensNone()}</p>}
      {tokens.data && tokens.data.length > 0 && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t.tokensName()}</th>
                <th scope="col">{t.tokensScopes()}</th>
                <th scope="col">{t.tokensExpires({ zone })}</th>
                <th scope="col">{t.tokensUsed({ zone })}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {tokens.data.map((token) => (
                <tr key={token.id} data-testid="token">
                  <th scope="row">
                    <Visible text={token.name} />
                  </th>
                  <td className={`mono ${styles.wraps}`}>
                    <Visible text={token.scopes.join(', ')} />
                  </td>
                  <td className="num">
                    {shortTime(token.expires_at, { language, zone })} {Date.parse(token.expires_at) <= now && <span className={`${styles.chip} ${styles.bad}`}>{t.tokensExpired()}</span>}
                  </td>
                  <td className="num">{token.used_at ? shortTime(token.used_at, { language, zone }) : t.tokensNever()}</td>
                  <td>
                    <Button aria-label={t.tokensEndOne({ name: token.name })} onClick={() => void end(token)}>
                      {t.tokensEnd()}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {adding && (
        <NewToken
          onClose={() => {
            setAdding(false);
            void again();
          }}
        />
      )}
    </Card>
  );
}

function NewToken({ onClose }: { readonly onClose: () => void }) {
  const t = useText();
  const run = useDeed();
  const { permissions } = useSession();
  const [name, setName] = useState('');
  const [days, setDays] = useState<number>(90);
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  const [made, setMade] = useState<string>();
  const { words, busy, attempt } = useTrouble();
  const shown = scopesOf(permissions, filter, (scope) => scopeLabel(t, scope));
  const toggle = (scope: string) =>
    setScopes((known) => {
      const next = new Set(known);
      if (!next.delete(scope)) next.add(scope);
      return next;
    });
  const send = () =>
    void attempt(async () => {
      const token = await run(() => createToken(name.trim(), [...scopes].sort(), endOf(days)));
      setMade(token.token ?? '');
    });
  if (made !== undefined) {
    return (
      <Dialog opened onClose={onClose} title={t.tokensMade()} closeName={t.commonClose()} size="md">
        <div className={styles.form}>
          <p className={styles.lead}>{t.tokensOnce()}</p>
          <div className={styles.secret}>
            <code data-testid="new-token" aria-label={t.tokensToken()}>
              {made}
            </code>
            <CopyButton name={t.tokensCopy()} text={made} icon={<CopyIcon />} />
          </div>
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
    <Dialog opened onClose={onClose} title={t.tokensAdd()} closeName={t.commonClose()} size="lg">
      <form
        data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (scopes.size > 0) send();
        }}
      >
        {words !== undefined && (
          <p role="alert" className={styles.problem}>
            {words}
          </p>
        )}
        <Field label={t.tokensName()} needed={t.setupNeeded()}>
          {(given) => <Input {...given} data-autofocus required value={name} maxLength={100} onChange={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Field label={t.tokensLasts()}>
          {(given) => (
            <Select {...given} value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
              {spans.map((span) => (
                <option key={span} value={span}>
                  {t.tokensDays({ count: span })}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <fieldset className={styles.group}>
          <legend>
            {t.tokensScopes()}
            <span className={styles.after}>{scopes.size === 0 ? t.tokensNoScope() : t.tokensScopesChosen({ count: scopes.size })}</span>
          </legend>
          <Input aria-label={t.tokensScopeFilter()} placeholder={t.tokensScopeFilter()} value={filter} maxLength={100} onChange={(event) => setFilter(event.currentTarget.value)} />
          <ul className={styles.scopes} tabIndex={0} aria-label={t.tokensScopes()}>
            {shown.length === 0 && <li className="dim">{t.tokensScopeNothing()}</li>}
            {shown.map((scope) => (
              <li key={scope}>
                <Tick checked={scopes.has(scope)} onChange={() => toggle(scope)}>
                  {scopeLabel(t, scope)} <code>{scope}</code>
                </Tick>
              </li>
            ))}
          </ul>
        </fieldset>
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy || scopes.size === 0 || name.trim() === ''}>
            {t.tokensMake()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
