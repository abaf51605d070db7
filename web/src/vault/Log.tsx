import { useInfiniteQuery } from '@tanstack/react-query';
import { usePreferences } from '../app/preferences';
import { Failure, Loading } from '../app/states';
import { bothZones, shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Reference } from '../record/Value';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { deedWords, getLog, logPage } from './vault';
import type { Vault } from './vault';
import styles from './vault.module.css';

export function Log({ vault }: { readonly vault: Vault }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const pages = useInfiniteQuery({
    queryKey: ['vault', vault.id, 'log'],
    queryFn: ({ pageParam, signal }) => getLog(vault.id, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < logPage ? undefined : last[last.length - 1]?.seq),
    retry: false,
  });
  if (pages.isPending) return <Loading />;
  if (pages.isError && !pages.data) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  return (
    <>
      <p className={styles.lead}>{t.vaultLogLead()}</p>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={t.vaultLog()}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t.listTimeColumn({ name: t.vaultWhen(), zone })}</th>
              <th scope="col">{t.vaultWho()}</th>
              <th scope="col">{t.vaultWhat()}</th>
              <th scope="col">{t.vaultWhom()}</th>
              <th scope="col">{t.reasonLabel()}</th>
            </tr>
          </thead>
          <tbody>
            {pages.data.pages.flat().map((entry) => (
              <tr key={entry.seq} data-testid="vault-log">
                <td className="num">
                  <time dateTime={entry.at} title={bothZones(entry.at, language)}>
                    {shortTime(entry.at, { language, zone })}
                  </time>
                </td>
                <td>
                  <Visible text={entry.actor_name} />
                </td>
                <td className={styles.wraps}>{deedWords(t, entry.deed)}</td>
                <td className={styles.wraps}>{entry.about !== null && <Reference id={entry.about} />}</td>
                <td className={styles.wraps}>
                  <Visible text={entry.reason} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages.hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t.vaultLogMore()}
        </Button>
      )}
    </>
  );
}
