// Lists and records within a vault: those of outside, with the vault's address and news.
import { getRouteApi } from '@tanstack/react-router';
import { use, useCallback, useMemo } from 'react';
import type { ReactNode } from 'react';
import { inVault, useSchema } from '../api/schema';
import type { Entity } from '../api/schema';
import { useMay } from '../app/session';
import { Failure, Loading, Note } from '../app/states';
import { useText } from '../i18n/useText';
import { OneRecord } from '../record/RecordPage';
import { Records } from '../record/RecordsPage';
import type { ListPlace } from '../record/RecordsPage';
import { ClosedVault } from './ClosedVault';
import { VaultContext } from './useVaults';
import { sealable } from './vault';
import type { Vault } from './vault';


const listRoute = getRouteApi('/shell/vaults/$vault/$path');
const pageRoute = getRouteApi('/shell/vaults/$vault/$path/$id');

interface KindProps {
  readonly path: string;
  readonly children: (entity: Entity) => ReactNode;
}

function Kind({ path, children }: KindProps) {
  const vault = use(VaultContext);
  return vault ? <KindIn vault={vault} path={path} children={children} /> : null;
}

function KindIn({ vault, path, children }: KindProps & { readonly vault: Vault }) {
  const t = useText();
  const may = useMay();
  const schema = useSchema();
  const found = schema.data?.at(path);
  const entity = useMemo(() => (found && sealable([found]).length > 0 ? inVault(found, vault.id) : undefined), [found, vault.id]);
  if (vault.state !== 'open' || !vault.is_here) return <ClosedVault vault={vault} />;
  if (schema.isError) return <Failure error={schema.error} onRetry={() => void schema.refetch()} />;
  if (!schema.data) return <Loading />;
  if (!entity) {
    return (
      <Note title={t.failNotFound()}>
        <p>{t.failNoPage()}</p>
      </Note>
    );
  }
  if (!may(`${entity.name}.read`)) {
    return (
      <Note title={t.failForbidden()}>
        <p>{t.failForbiddenAdvice()}</p>
      </Note>
    );
  }
  return children(entity);
}

export function VaultRecords() {
  const { path } = listRoute.useParams();
  return <Kind path={path}>{(entity) => <List key={entity.path} entity={entity} />}</Kind>;
}

function List({ entity }: { readonly entity: Entity }) {
  const navigate = listRoute.useNavigate();
  const search = listRoute.useSearch();
  const go = useCallback<ListPlace['go']>((next, replace) => void navigate({ search: next, replace: replace ?? false }), [navigate]);
  const openPage = useCallback(
    (id: string) => void navigate({ to: '/vaults/$vault/$path/$id', params: { vault: String(entity.vault?.key ?? 0), path: entity.vault?.path ?? '', id }, search: {} }),
    [entity, navigate],
  );
  return <Records entity={entity} search={search} go={go} openPage={openPage} />;
}

export function VaultRecord() {
  const { path, id } = pageRoute.useParams();
  const { tab, as_of: asOf } = pageRoute.useSearch();
  const navigate = pageRoute.useNavigate();
  return <Kind path={path}>{(entity) => <OneRecord entity={entity} id={id} tab={tab} asOf={asOf} go={(next, replace) => void navigate({ search: next, replace })} />}</Kind>;
}
