import { Link, getRouteApi } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useSchema } from '../api/schema';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import head from '../alert/AlertHead.module.css';
import type { Entity } from '../api/schema';
import { entitiesLabel, titleOf } from './labels';
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
  return <One entity={entity} id={id} />;
}

function One({ entity, id }: { readonly entity: Entity; readonly id: string }) {
  const t = useText();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const { tab, as_of: asOf } = route.useSearch();
  const record = useRecord(entity, id, asOf);
  useTitle(record.data ? titleOf(entity, record.data) : entitiesLabel(t, entity.name));
  return (
    <div className={head.page}>
      <Link to="/records/$path" params={{ path: entity.path }} search={{}} className={head.back ?? ''}>
        {t.recordBack({ entities: entitiesLabel(t, entity.name) })}
      </Link>
      <div className={head.card}>
        <LoadedRecord
          entity={entity}
          id={id}
          level={1}
          tab={tabOf(tab)}
          asOf={asOf}
          onTab={(chosen) => void navigate({ search: (known) => ({ ...known, tab: chosen }), replace: true })}
          onAsOf={(time) => void navigate({ search: () => (time === undefined ? {} : { as_of: time }) })}
          onChanged={() => void client.invalidateQueries({ queryKey: ['record', entity.name, id] })}
        />
      </div>
    </div>
  );
}
