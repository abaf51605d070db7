// The first page: the alerts for those who may see them, the board of roles for everybody else.
import { Navigate } from '@tanstack/react-router';
import { useMay } from './session';

export function Home() {
  const mayAlerts = useMay()('alert.read');
  return mayAlerts ? <Navigate to="/alerts" search={{}} replace /> : <Navigate to="/roles" search={{}} replace />;
}
