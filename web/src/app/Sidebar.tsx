import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/useText';
import { AlertIcon, Logo, StatusIcon } from '../ui/icons';
import styles from './Shell.module.css';

// Grouped by the work that people do; a group stands here as soon as it has a page.
export function Sidebar() {
  const t = useText();
  return (
    <nav className={styles.nav} aria-label={t.shellNavigation()}>
      <div className={styles.brand}>
        <Logo />
        {t.shellName()}
      </div>
      <h2>{t.navMonitor()}</h2>
      <Link to="/alerts" search={{}} activeOptions={{ exact: false, includeSearch: false }}>
        <AlertIcon />
        {t.navAlerts()}
      </Link>
      <h2>{t.navOperate()}</h2>
      <Link to="/status">
        <StatusIcon />
        {t.navStatus()}
      </Link>
    </nav>
  );
}
