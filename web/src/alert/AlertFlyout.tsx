import { Link, getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Failure, Loading } from '../app/states';
import { withValue } from '../alerts/filter';
import type { AlertFilter } from '../alerts/filter';
import { useText } from '../i18n/useText';
import { IconButton } from '../ui/Button';
import { Tip } from '../ui/Tip';
import { CloseIcon, OpenIcon } from '../ui/icons';
import { AlertBody } from './AlertBody';
import { AlertHead } from './AlertHead';
import { useAlert } from './useAlert';
import styles from './AlertHead.module.css';

const route = getRouteApi('/shell/alerts');

interface Props {
  readonly id: string;
  readonly filter: AlertFilter;
  readonly onFilter: (filter: AlertFilter) => void;
  readonly onClose: () => void;
}

export function AlertFlyout({ id, filter, onFilter, onClose }: Props) {
  const t = useText();
  const navigate = route.useNavigate();
  const { finding } = route.useSearch();
  const alert = useAlert(id);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [id]);
  const close = <IconButton name={t.commonClose()} icon={<CloseIcon />} onClick={onClose} />;
  return (
    <aside ref={box} className={styles.flyout} aria-label={t.alertDetail()}>
      {alert.isPending && <Loading />}
      {alert.isError && (
        <>
          {close}
          <Failure error={alert.error} onRetry={() => void alert.refetch()} />
        </>
      )}
      {alert.data && (
        <>
          <AlertHead alert={alert.data} level={2}>
            <Tip text={t.alertOpenPage()}>
              <Link to="/alerts/$id" params={{ id }} search={{}} aria-label={t.alertOpenPage()} className={styles.link ?? ''}>
                <OpenIcon />
              </Link>
            </Tip>
            {close}
          </AlertHead>
          <AlertBody
            alert={alert.data}
            findingId={finding}
            onFinding={(chosen) => void navigate({ search: (known) => ({ ...known, finding: chosen }), replace: true })}
            onEntity={(value) => onFilter(withValue(filter, 'entity', value))}
          />
        </>
      )}
    </aside>
  );
}
