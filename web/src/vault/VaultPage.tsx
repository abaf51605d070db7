// One vault: what it is for, the records in it by kind, who belongs to it, and what was done to it.
import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { use } from 'react';
import { listRecords } from '../api/records';
import { inVault, keptAs, useSchema } from '../api/schema';
import type { Entity } from '../api/schema';
import { useMay } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { Time } from '../alert/parts';
import { useText } from '../i18n/useText';
import { entitiesLabel, entityPurpose } from '../record/labels';
import { ListLink } from '../record/links';
import { Visible, VisibleLines } from '../text/Visible';
import { Tabs } from '../ui/Tabs';
import { ClosedVault } from './ClosedVault';
import { CloseVault, LeaveVault, OpenAgain } from './deeds';
import { Log } from './Log';
import { Members } from './Members';
import { Part, StateMark } from './parts';
import { VaultContext } from './useVaults';
import { sealable } from './vault';
import type { Vault } from './vault';
import styles from './vault.module.css';

const route = getRouteApi('/shell/vaults/$vault/');
const tabs = ['records', 'members', 'log'] as const;

export function VaultPage() {
  const vault = use(VaultContext);
  return vault ? <One vault={vault} /> : null;
}

function One({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const navigate = route.useNavigate();
  const { tab } = route.useSearch();
  const title = vault.title || t.vaultNumber({ vault: vault.id });
  // Browsers keep the names of pages.
  useTitle(t.vaultNumber({ vault: vault.id }));
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>
          <Visible text={title} />
        </h1>
        <StateMark vault={vault} />
        <Part custodian={vault.custodian} />
        <span className={styles.space} />
        <OpenAgain vault={vault} />
        <CloseVault vault={vault} />
        {vault.is_here && <LeaveVault vault={vault} />}
      </header>
      <dl className={styles.facts}>
        {vault.purpose !== '' && (
          <div>
            <dt>{t.vaultPurpose()}</dt>
            <dd>
              <VisibleLines text={vault.purpose} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t.vaultMadeAt()}</dt>
          <dd>
            <Time at={vault.created_at} />
          </dd>
        </div>
      </dl>
      <div className={styles.card}>
        <Tabs
          name={title}
          value={tabs.find((one) => one === tab) ?? 'records'}
          onChange={(chosen) => void navigate({ search: { tab: chosen }, replace: true })}
          tabs={[
            { value: 'records', name: t.vaultRecords(), content: () => (vault.state === 'open' && vault.is_here ? <Kinds vault={vault} /> : <ClosedVault vault={vault} />) },
            { value: 'members', name: t.vaultMembers(), count: vault.members, content: () => <Members vault={vault} /> },
            { value: 'log', name: t.vaultLog(), content: () => <Log vault={vault} /> },
          ]}
        />
      </div>
    </div>
  );
}

function Kinds({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const may = useMay();
  const schema = useSchema();
  if (schema.isError) return <Failure error={schema.error} onRetry={() => void schema.refetch()} />;
  if (!schema.data) return <Loading />;
  const kinds = sealable(schema.data.all).filter((entity) => may(`${entity.name}.read`));
  if (kinds.length === 0) return <p className={styles.lead}>{t.vaultNoKinds()}</p>;
  return (
    <ul className={styles.kinds}>
      {kinds.map((entity) => (
        <Kind key={entity.name} entity={inVault(entity, vault.id)} />
      ))}
    </ul>
  );
}

function Kind({ entity }: { readonly entity: Entity }) {
  const t = useText();
  const total = useQuery({
    queryKey: ['records', keptAs(entity), 'count'],
    queryFn: async ({ signal }) => (await listRecords(entity.path, 'limit=1', signal)).total ?? 0,
  });
  return (
    <li>
      <ListLink entity={entity}>
        <b>{entitiesLabel(t, entity.name)}</b>
        <span className={styles.total} data-testid={`count-${entity.name}`}>
          {total.data === undefined ? '…' : t.listTotal({ records: total.data })}
        </span>
        <span>{entityPurpose(t, entity.name) ?? ''}</span>
      </ListLink>
    </li>
  );
}
