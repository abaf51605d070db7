import { getRouteApi } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { keptAs, useSchema } from '../api/schema';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import head from '../alert/AlertHead.module.css';
import type { Entity } from '../api/schema';
import { entitiesLabel, titleOf } from './labels';
import { ListLink } from './links';
import { LoadedRecord, tabOf } from './RecordBody';
import { useRecord } from './useRecord';

const route = getRouteApi('/shell/records/$path/$id');

export function RecordPage() {
  const t = useText();
  const { path, id } = route.useParams();
  const schema = useSchema();
  if (schema.isError) return <Failure error={schema.error} onRetry={() => void schema.refetch()} />;
  if (!schema.data) return <Loading />;
  const entity = schema.data.at(path);
  if (!entity) {
    return (
      <Note title={t.failNotFound()}>
        <p>{t.failNoPage()}</p>
      </Note>
    );
  }
  return <Outside entity={entity} id={id} />;
}

function Outside({ entity, id }: { readonly entity: Entity; readonly id: string }) {
  const navigate = route.useNavigate();
  const { tab, as_of: asOf } = route.useSearch();
  return <OneRecord entity={entity} id={id} tab={tab} asOf={asOf} go={(next, replace) => void navigate({ search: next, replace })} />;
}

export interface PageSearch {
  readonly tab?: string;
  readonly as_of?: string;
}

interface OneProps {
  readonly entity: Entity;
  readonly id: string;
  readonly tab: string | undefined;
  readonly asOf: string | undefined;
  readonly go: (next: (known: PageSearch) => PageSearch, replace: boolean) => void;
}

export function OneRecord({ entity, id, tab, asOf, go }: OneProps) {
  const t = useText();
  const client = useQueryClient();
  const record = useRecord(entity, id, asOf);
  const many = entitiesLabel(t, entity.name);
  // Browsers keep the names of pages: of a record in a vault only its kind.
  useTitle(entity.vault ? t.vaultPageTitle({ page: many, vault: entity.vault.key }) : record.data ? titleOf(entity, record.data) : many);
  return (
    <div className={head.page}>
      <ListLink entity={entity} className={head.back ?? ''}>
        {t.recordBack({ entities: many })}
      </ListLink>
      <div className={head.card}>
        <LoadedRecord
          entity={entity}
          id={id}
          level={1}
          tab={tabOf(tab)}
          asOf={asOf}
          onTab={(chosen) => go((known) => ({ ...known, tab: chosen }), true)}
          onAsOf={(time) => go(() => (time === undefined ? {} : { as_of: time }), false)}
          onChanged={() => void client.invalidateQueries({ queryKey: ['record', keptAs(entity), id] })}
        />
      </div>
    </div>
  );
}
