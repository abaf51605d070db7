import { Link, getRouteApi } from '@tanstack/react-router';
import { titleOf } from '../alerts/words';
import { usePreferences } from '../app/preferences';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { AlertBody } from './AlertBody';
import { AlertHead } from './AlertHead';
import { useAlert } from './useAlert';
import styles from './AlertHead.module.css';

const route = getRouteApi('/shell/alerts/$id');

export function AlertPage() {
  const t = useText();
  const navigate = route.useNavigate();
  const { id } = route.useParams();
  const { finding } = route.useSearch();
  const alert = useAlert(id);
  const { language } = usePreferences();
  useTitle(alert.data ? titleOf(alert.data.rule, language) : t.alertDetail());
  if (alert.isPending) return <Loading />;
  if (alert.isError) return <Failure error={alert.error} onRetry={() => void alert.refetch()} />;
  return (
    <div className={styles.page}>
      <Link to="/alerts" search={{}} className={styles.back ?? ''}>
        {t.alertBack()}
      </Link>
      <article className={styles.card}>
        <AlertHead alert={alert.data} level={1} />
        <AlertBody
          alert={alert.data}
          findingId={finding}
          onFinding={(chosen) => void navigate({ search: { finding: chosen }, replace: true })}
          onEntity={(value) => void navigate({ to: '/alerts', search: { entity: value } })}
        />
      </article>
    </div>
  );
}
