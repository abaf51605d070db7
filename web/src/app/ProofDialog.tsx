// Asks again who sits here, before something that must not be done by whoever finds an open browser.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ApiError, getJson, sendJson } from '../api/client';
import type { ProofMethod } from '../api/client';
import { passkeyAnswer } from '../api/passkey';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Input } from '../ui/Field';
import { useSession } from './session';
import styles from './Shell.module.css';

// What the person has to prove it with.
interface Account {
  readonly password?: boolean;
  readonly totp?: boolean;
  readonly passkeys?: readonly unknown[];
  readonly recovery_left?: number;
}

// Before the account is read: the factors first, for the password alone may prove nothing.
const known: readonly ProofMethod[] = ['totp', 'passkey', 'password'];

export function proofMethods(account: Account | undefined, session: readonly string[]): readonly ProofMethod[] {
  if (!account) {
    const has = known.filter((one) => session.includes(one));
    return has.length > 0 ? has : ['password'];
  }
  const totp = account.totp === true;
  const passkey = (account.passkeys ?? []).length > 0;
  // Where there is a second factor the password alone proves nothing.
  if (!totp && !passkey) return ['password'];
  return [...(totp ? (['totp'] as const) : []), ...(passkey ? (['passkey'] as const) : []), ...((account.recovery_left ?? 0) > 0 ? (['recovery_code'] as const) : [])];
}

interface Props {
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function ProofDialog({ onDone, onCancel }: Props) {
  const t = useText();
  const session = useSession();
  const account = useQuery({ queryKey: ['account'], queryFn: ({ signal }) => getJson<Account>('/account', signal), retry: false });
  const methods = proofMethods(account.data, session.methods);
  const [chosen, setMethod] = useState<ProofMethod>();
  const method = chosen ?? methods[0] ?? 'password';
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const names: Readonly<Record<ProofMethod, string>> = { password: t.proofPassword(), totp: t.proofTotp(), passkey: t.proofPasskey(), recovery_code: t.signinRecovery() };
  const prove = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      const given = method === 'passkey' ? { passkey: await passkeyAnswer() } : { [method]: method === 'password' ? text : text.normalize('NFKC').replace(/\s/g, '') };
      await sendJson('POST', '/session/proof', given);
      onDone();
    } catch (error) {
      const late = error instanceof ApiError && error.kind === 'too_many';
      setFault(late ? t.proofTooMany() : t.proofRefused());
      setText('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onCancel} title={t.proofTitle()} closeName={t.commonClose()} size="sm">
      <form data-part="form"
        onSubmit={(event) => {
          event.preventDefault();
          void prove();
        }}
      >
        <p className={styles.lead}>{t.proofLead()}</p>
        {methods.length > 1 && (
          <div className={styles.methods} role="group" aria-label={t.proofMethod()}>
            {methods.map((one) => (
              <Button key={one} aria-pressed={one === method} onClick={() => {
                  setMethod(one);
                  setText('');
                  setFault(undefined);
                }}>
                {names[one]}
              </Button>
            ))}
          </div>
        )}
        {method === 'passkey' ? (
          fault !== undefined && <p role="alert">{fault}</p>
        ) : (
          <Field label={names[method]} fault={fault}>
            {(given) => (
              <Input
                {...given}
                data-autofocus
                type={method === 'password' ? 'password' : 'text'}
                inputMode={method === 'totp' ? 'numeric' : 'text'}
                autoComplete={method === 'password' ? 'current-password' : 'one-time-code'}
                value={text}
                maxLength={1024}
                onChange={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <DialogButtons>
          <Button onClick={onCancel}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy || (method !== 'passkey' && text === '')}>
            {method === 'passkey' ? t.proofUsePasskey() : t.proofConfirm()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
