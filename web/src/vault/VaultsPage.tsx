// Under /vaults: those that somebody belongs to. Others are not there for them.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { usePreferences } from '../app/preferences';
import { useMay } from '../app/session';
import { Failure, Loading, Note } from '../app/states';
import { useToast } from '../app/toasts';
import { useTitle } from '../app/useTitle';
import { count } from '../i18n/format';
import { bothZones, shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { PlusIcon } from '../ui/icons';
import { NewVault } from './NewVault';
import { Part, StateMark } from './parts';
import { useVaults } from './useVaults';
import type { Vault } from './vault';
import styles from './vault.module.css';

export function VaultsPage() {
  const t = useText();
  useTitle(t.vaultTitle());
  const may = useMay();
  const navigate = useNavigate();
  const toast = useToast();
  const vaults = useVaults();
  const [making, setMaking] = useState(false);
  const mayMake = may('vault.create');
  const make = mayMake && (
    <Button kind="primary" icon={<PlusIcon />} onClick={() => setMaking(true)}>
      {t.vaultNew()}
    </Button>
  );
  if (vaults.isPending) return <Loading />;
  if (vaults.isError && !vaults.data) return <Failure error={vaults.error} onRetry={() => void vaults.refetch()} />;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t.vaultTitle()}</h1>
        {vaults.data.length > 0 && make}
      </header>
      <p className={styles.lead}>{t.vaultAbout()}</p>
      {vaults.data.length === 0 ? (
        <Note title={t.vaultNone()}>
          <p>{mayMake ? t.vaultNoneAdvice() : t.vaultNoneAsk()}</p>
          {make}
        </Note>
      ) : (
        <Table vaults={vaults.data} />
      )}
      {making && (
        <NewVault
          onClose={() => setMaking(false)}
          onMade={(vault) => {
            setMaking(false);
            toast({ text: t.vaultMade() });
            void navigate({ to: '/vaults/$vault', params: { vault: String(vault.id) }, search: {} });
          }}
        />
      )}
    </div>
  );
}

function Table({ vaults }: { readonly vaults: readonly Vault[] }) {
  const t = useText();
  const { language, zone } = usePreferences();
  return (
    <div className={styles.card}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t.vaultName()}</th>
            <th scope="col">{t.vaultState()}</th>
            <th scope="col" className={styles.number}>
              {t.vaultMembers()}
            </th>
            <th scope="col">{t.vaultYourPart()}</th>
            <th scope="col">{t.listTimeColumn({ name: t.vaultMadeAt(), zone })}</th>
          </tr>
        </thead>
        <tbody>
          {vaults.map((vault) => (
            <tr key={vault.id} data-testid="vault">
              <th scope="row">
                <Link to="/vaults/$vault" params={{ vault: String(vault.id) }} search={{}}>
                  <Visible text={vault.title || t.vaultNumber({ vault: vault.id })} />
                </Link>
                {vault.purpose !== '' && (
                  <p className={styles.brief}>
                    <Visible text={vault.purpose.slice(0, 200).replaceAll('\n', ' ')} />
                  </p>
                )}
              </th>
              <td>
                <StateMark vault={vault} />
              </td>
              <td className={`num ${styles.number}`}>{count(vault.members)}</td>
              <td>
                <Part custodian={vault.custodian} />
              </td>
              <td className="num">
                <time dateTime={vault.created_at} title={bothZones(vault.created_at, language)}>
                  {shortTime(vault.created_at, { language, zone })}
                </time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
