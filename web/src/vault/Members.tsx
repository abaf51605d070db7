import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useText } from '../i18n/useText';
import { useRecordTitle } from '../record/titles';
import { Reference } from '../record/Value';
import { ReferenceInput } from '../record/ValueInput';
import { Button } from '../ui/Button';
import { Field, Tick } from '../ui/Field';
import { Part } from './parts';
import { useVaultDeed } from './useVaultDeed';
import { getMembers, putMember, removeMember } from './vault';
import type { Vault, VaultMember } from './vault';
import styles from './vault.module.css';

export function Members({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const members = useQuery({ queryKey: ['vault', vault.id, 'members'], queryFn: ({ signal }) => getMembers(vault.id, signal), retry: false });
  if (members.isPending) return <Loading />;
  if (members.isError && !members.data) return <Failure error={members.error} onRetry={() => void members.refetch()} />;
  const custodians = members.data.filter((member) => member.custodian).length;
  return (
    <>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t.vaultAddPerson()}</th>
              <th scope="col">{t.vaultPart()}</th>
              {vault.custodian && <td />}
            </tr>
          </thead>
          <tbody>
            {members.data.map((member) => (
              <Row key={member.person} vault={vault} member={member} isLast={member.custodian && custodians === 1} />
            ))}
          </tbody>
        </table>
      </div>
      {vault.custodian && <Add vault={vault} members={members.data} />}
    </>
  );
}

function Row({ vault, member, isLast }: { readonly vault: Vault; readonly member: VaultMember; readonly isLast: boolean }) {
  const t = useText();
  const { principal } = useSession();
  const deed = useVaultDeed(vault.id);
  const title = useRecordTitle(member.person);
  const name = typeof title === 'object' ? title.title : '';
  const isMe = member.person === principal.id;
  const flip = member.custodian ? t.vaultMakeMember() : t.vaultMakeCustodian();
  return (
    <tr data-testid="vault-member">
      <th scope="row">
        <Reference id={member.person} target="person" /> {isMe && <span className="dim">({t.vaultYou()})</span>}
      </th>
      <td>
        <Part custodian={member.custodian} />
      </td>
      {vault.custodian && (
        <td>
          <span className={styles.tools}>
            <Button disabled={isLast} aria-label={`${flip} ${name}`} onClick={() => void deed((reason) => putMember(vault.id, member.person, !member.custodian, reason), t.vaultPartChanged(), flip)}>
              {flip}
            </Button>
            {!isMe && (
              <Button aria-label={`${t.vaultRemove()} ${name}`} onClick={() => void deed((reason) => removeMember(vault.id, member.person, reason), t.vaultRemoved(), t.vaultRemove())}>
                {t.vaultRemove()}
              </Button>
            )}
          </span>
        </td>
      )}
    </tr>
  );
}

function Add({ vault, members }: { readonly vault: Vault; readonly members: readonly VaultMember[] }) {
  const t = useText();
  const deed = useVaultDeed(vault.id);
  const [person, setPerson] = useState('');
  const [custodian, setCustodian] = useState(false);
  const isThere = members.some((member) => member.person === person);
  const add = useMutation({
    mutationFn: () => deed((reason) => putMember(vault.id, person, custodian, reason), t.vaultAdded(), t.vaultAdd()),
    onSuccess: (done) => {
      if (!done) return;
      setPerson('');
      setCustodian(false);
    },
  });
  return (
    <form
      data-part="form"
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault();
        if (person !== '' && !isThere) add.mutate();
      }}
    >
      <h3>{t.vaultAdd()}</h3>
      <Field label={t.vaultAddPerson()} fault={isThere ? t.vaultIsThere() : undefined}>
        {(given) => <ReferenceInput target="person" label={t.vaultAddPerson()} value={person} onChange={setPerson} given={given} />}
      </Field>
      <Tick checked={custodian} onChange={(event) => setCustodian(event.currentTarget.checked)}>
        {t.vaultAddAsCustodian()}
      </Tick>
      <Button kind="primary" type="submit" disabled={person === '' || isThere || add.isPending}>
        {t.vaultAdd()}
      </Button>
    </form>
  );
}
