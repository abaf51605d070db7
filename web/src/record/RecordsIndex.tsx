// All kinds of records that this person may see.
import { Link } from '@tanstack/react-router';
import { useSchema } from '../api/schema';
import { useMay } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { entitiesLabel, entityPurpose } from './labels';
import styles from './RecordsIndex.module.css';

export function RecordsIndex() {
  const t = useText();
  useTitle(t.navRecords());
  const may = useMay();
  const schema = useSchema();
  if (schema.isError) return <Failure error={schema.error} onRetry={() => void schema.refetch()} />;
  if (!schema.data) return <Loading />;
  const open = schema.data.all.filter((entity) => may(`${entity.name}.read`));
  return (
    <div className={styles.page}>
      <h1>{t.navRecords()}</h1>
      {open.length === 0 && <p className="dim">{t.failForbidden()}</p>}
      <ul className={styles.grid}>
        {open.map((entity) => (
          <li key={entity.name}>
            <Link to="/records/$path" params={{ path: entity.path }} search={{}}>
              <b>{entitiesLabel(t, entity.name)}</b>
              <span>{entityPurpose(t, entity.name) ?? ''}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
