import { useState } from 'react';
import { addPasskey, passkeysWorkHere } from '../api/passkey';
import { useDeed } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Input } from '../ui/Field';
import { PlusIcon, TrashIcon } from '../ui/icons';
import { removePasskey } from './account';
import type { Passkey } from './account';
import { Card } from './Card';
import { ownDeviceName } from './Enrol';
import { useTrouble } from './trouble';
import { useAccountDeed } from './useAccountDeed';
import styles from './account.module.css';

export function Passkeys({ passkeys }: { readonly passkeys: readonly Passkey[] }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const deed = useAccountDeed();
  const [adding, setAdding] = useState(false);
  const canPasskey = passkeysWorkHere();
  const time = (at: string | null) => (at === null ? t.tokensNever() : shortTime(at, { language, zone }));
  return (
    <Card
      title={t.accountPasskeys()}
      tools={
        canPasskey && (
          <Button icon={<PlusIcon />} onClick={() => setAdding(true)}>
            {t.accountPasskeyAdd()}
          </Button>
        )
      }
    >
      <p>{canPasskey ? t.enrolPasskeyAbout() : t.passkeyNotHere()}</p>
      {passkeys.length === 0 ? (
        <p>{t.accountPasskeysNone()}</p>
      ) : (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t.tokensName()}</th>
                <th scope="col">{t.accountPasskeySince({ zone })}</th>
                <th scope="col">{t.tokensUsed({ zone })}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {passkeys.map((passkey) => (
                <tr key={passkey.id}>
                  <th scope="row">
                    <Visible text={passkey.name} />
                  </th>
                  <td className="num">{time(passkey.created_at)}</td>
                  <td className="num">{time(passkey.used_at)}</td>
                  <td>
                    <IconButton
                      name={t.accountPasskeyRemove({ name: passkey.name })}
                      icon={<TrashIcon />}
                      onClick={() => void deed(() => removePasskey(passkey.id), t.accountPasskeyRemoved(), t.accountLastFactor())}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {adding && (
        <AddDialog
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            void deed(() => Promise.resolve(), t.accountPasskeyAdded());
          }}
        />
      )}
    </Card>
  );
}

function AddDialog({ onClose, onAdded }: { readonly onClose: () => void; readonly onAdded: () => void }) {
  const t = useText();
  const run = useDeed();
  const [name, setName] = useState(ownDeviceName);
  const { words, busy, attempt } = useTrouble();
  return (
    <Dialog opened onClose={onClose} title={t.accountPasskeyAdd()} closeName={t.commonClose()} size="md">
      <form
        data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => {
            await run(() => addPasskey(name));
            onAdded();
          });
        }}
      >
        <Field label={t.accountPasskeyName()} hint={t.accountPasskeyNameHint()} fault={words}>
          {(given) => <Input {...given} data-autofocus value={name} required maxLength={100} onChange={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy || name.trim() === ''}>
            {t.enrolPasskeyGo()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
