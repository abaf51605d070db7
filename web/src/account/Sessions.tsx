// Where somebody is signed in, oneself or, for those who look after accounts, somebody else.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { usePreferences } from '../app/preferences';
import { Failure } from '../app/states';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { addressOf, deviceOf, endSession, getSessions } from './account';
import type { OpenSession } from './account';
import { Card } from './Card';
import { useAccountDeed } from './useAccountDeed';
import styles from './account.module.css';

function deviceWords(t: Messages, agent: string): string {
  const device = deviceOf(agent);
  if (!device) return t.sessionsUnknown();
  return device.system === '' ? device.browser : t.sessionsOn({ browser: device.browser, system: device.system });
}

export function Sessions({ person }: { readonly person?: string }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const deed = useAccountDeed();
  const client = useQueryClient();
  const key = ['sessions', person ?? ''];
  const sessions = useQuery({ queryKey: key, queryFn: ({ signal }) => getSessions(person, signal) });
  const others = (sessions.data ?? []).filter((session) => !session.current);
  const end = async (which: readonly OpenSession[]) => {
    await deed(async () => {
      for (const session of which) await endSession(session.id);
    }, t.sessionsEnded({ count: which.length }));
    await client.invalidateQueries({ queryKey: key });
  };
  return (
    <Card title={t.sessionsTitle()} tools={others.length > (person === undefined ? 0 : 1) && <Button onClick={() => void end(others)}>{t.sessionsEndOthers()}</Button>}>
      {person === undefined && <p>{t.sessionsAbout()}</p>}
      {sessions.isError && <Failure error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.data?.length === 0 && <p>{t.tokensNone()}</p>}
      {sessions.data && sessions.data.length > 0 && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t.sessionsDevice()}</th>
                <th scope="col">{t.sessionsAddress()}</th>
                <th scope="col">{t.sessionsBegun({ zone })}</th>
                <th scope="col">{t.sessionsSeen({ zone })}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {sessions.data.map((session) => {
                const device = deviceWords(t, session.agent);
                return (
                  <tr key={session.id} data-testid="session">
                    <th scope="row" title={session.agent}>
                      {device}
                    </th>
                    <td className="mono">
                      <Visible text={addressOf(session.peer)} />
                    </td>
                    <td className="num">{shortTime(session.created_at, { language, zone })}</td>
                    <td className="num">{shortTime(session.used_at, { language, zone })}</td>
                    <td>
                      {session.current ? (
                        <span className={`${styles.chip} ${styles.good}`}>{t.sessionsThis()}</span>
                      ) : (
                        <Button aria-label={t.sessionsEndOne({ device, address: addressOf(session.peer) })} onClick={() => void end([session])}>
                          {t.sessionsEnd()}
                        </Button>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
