import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/useText';
import { Note } from './states';

export function NotFound() {
  const t = useText();
  return (
    <Note title={t.failNotFound()}>
      <p>{t.failNoPage()}</p>
      <Link to="/alerts" search={{}}>
        {t.failToAlerts()}
      </Link>
    </Note>
  );
}
