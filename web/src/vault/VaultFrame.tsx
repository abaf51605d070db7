// Around every page within a vault: the mark that one is inside, the news of the vault in place of those from outside,
// and nothing at all for who does not belong to it.
import { Link, Outlet, getRouteApi } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { NewsContext, newsFrom, useChanges } from '../api/changes';
import { titlesOf } from '../api/records';
import { nameWithin } from '../api/schema';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { Titles, TitlesContext, useTitles } from '../record/titles';
import { Visible } from '../text/Visible';
import { VaultIcon } from '../ui/icons';
import { VaultContext, forgetVault, useVault } from './useVaults';
import { vaultIn } from './vault';
import type { Vault } from './vault';
import styles from './vault.module.css';

const route = getRouteApi('/shell/vaults/$vault');

export function VaultFrame() {
  const t = useText();
  const { vault: named } = route.useParams();
  const key = vaultIn(named);
  const vault = useVault(key);
  const client = useQueryClient();
  const isGone = key === undefined || (vault.isError && vault.error instanceof ApiError && (vault.error.kind === 'not_found' || vault.error.kind === 'signed_out'));
  // What was read in a vault is not kept beyond its pages.
  useEffect(() => {
    if (key === undefined) return undefined;
    if (isGone) setTimeout(() => forgetVault(client, key));
    return () => {
      setTimeout(() => forgetVault(client, key));
    };
  }, [client, isGone, key]);
  if (isGone) return <NoSuchVault />;
  if (vault.isError && vault.error instanceof ApiError && vault.error.code === 'elsewhere') {
    return (
      <Note title={t.vaultElsewhere()}>
        <p>{t.vaultElsewhereAdvice()}</p>
      </Note>
    );
  }
  if (vault.isError && !vault.data) return <Failure error={vault.error} onRetry={() => void vault.refetch()} />;
  if (!vault.data) return <Loading />;
  return (
    <Inside key={key} vault={vault.data}>
      <Outlet />
    </Inside>
  );
}

// The same for a vault that is not and for one that is not for this person.
function NoSuchVault() {
  const t = useText();
  useTitle(t.failNotFound());
  return (
    <div role="alert">
      <Note title={t.failNotFound()}>
        <p>{t.failNotFoundAdvice()}</p>
      </Note>
    </div>
  );
}

function Inside({ vault, children }: { readonly vault: Vault; readonly children: ReactNode }) {
  const t = useText();
  const client = useQueryClient();
  const { id: key } = vault;
  const titles = useMemo(() => new Titles((ids) => titlesOf(ids, key)), [key]);
  // Who is put out is told by the stream that ends: the answer to who one is here comes with it.
  const news = useMemo(() => newsFrom(`hinomi-changes-vault-${key}`, `/api/v1/vaults/${key}/changes/stream`, () => void client.invalidateQueries({ queryKey: ['vault', key], exact: true })), [client, key]);
  const isOpen = vault.state === 'open' && vault.is_here;
  useEffect(() => {
    if (!isOpen) return undefined;
    news.start();
    return () => news.stop();
  }, [isOpen, news]);
  return (
    <VaultContext value={vault}>
      <TitlesContext value={titles}>
        <NewsContext value={news}>
          <FollowVault vault={key} />
          <section className={styles.frame} aria-label={t.vaultInside()} data-testid="inside-vault">
            <div className={styles.mark}>
              <VaultIcon />
              <b>{t.vaultInside()}</b>
              <Link to="/vaults/$vault" params={{ vault: String(key) }} search={{}} className={styles.where ?? ''}>
                <Visible text={vault.title || t.vaultNumber({ vault: key })} />
              </Link>
              <span className={styles.why}>{t.vaultOnlyMembers()}</span>
              <Link to="/vaults">{t.vaultLeavePage()}</Link>
            </div>
            <div className={styles.inside}>{children}</div>
          </section>
        </NewsContext>
      </TitlesContext>
    </VaultContext>
  );
}

// What app/Follow.tsx is outside.
function FollowVault({ vault }: { readonly vault: number }) {
  const client = useQueryClient();
  const titles = useTitles();
  useChanges((batch) => {
    const again = (...queryKey: readonly unknown[]) => void client.invalidateQueries({ queryKey });
    again('vault', vault, 'log');
    if ('missed' in batch) {
      const end = nameWithin('', vault);
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey.some((part) => typeof part === 'string' && part.endsWith(end)) });
      return;
    }
    for (const change of batch.changes) {
      const kind = nameWithin(change.entity, vault);
      const known = client.getQueryData<{ version: number }>(['record', kind, change.record, '']);
      if (!known || known.version < change.version) again('record', kind, change.record);
      again('history', kind, change.record);
      again('records', kind);
    }
    titles.forget(batch.changes.map((change) => change.record));
    const entities = new Set(batch.changes.map((change) => change.entity));
    if (entities.has('comment')) again('comments');
    if (entities.has('relation')) again('relations');
  });
  return null;
}
