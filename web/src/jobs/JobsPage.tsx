import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { act, listRecords, newKey } from '../api/records';
import type { AnyRecord } from '../api/records';
import { useSchema } from '../api/schema';
import type { Entity } from '../api/schema';
import { useDeed } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { useMay } from '../app/session';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { count, decimal, duration } from '../i18n/format';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { choiceLabel, titleOf } from '../record/labels';
import { useRecordDeeds } from '../record/useRecordDeeds';
import { Reference } from '../record/Value';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { isOver, progressOf } from './jobs';
import styles from './JobsPage.module.css';

const shownJobs = 100;
const tickMs = 1000;

export function JobsPage() {
  const t = useText();
  useTitle(t.navJobs());
  const may = useMay();
  const schema = useSchema();
  const entity = schema.data?.named('job');
  if (schema.isError) return <Failure error={schema.error} onRetry={() => void schema.refetch()} />;
  if (!schema.data) return <Loading />;
  if (!entity || !may('job.read')) {
    return (
      <Note title={t.jobsNone()}>
        <p>{t.jobsAdvice()}</p>
      </Note>
    );
  }
  return <Jobs entity={entity} />;
}

function Jobs({ entity }: { readonly entity: Entity }) {
  const t = useText();
  const { zone } = usePreferences();
  const jobs = useQuery({ queryKey: ['jobs'], queryFn: ({ signal }) => listRecords('jobs', `limit=${shownJobs}&sort=-updated_at`, signal), refetchInterval: 5000 });
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  if (jobs.isPending) return <Loading />;
  if (jobs.isError) return <Failure error={jobs.error} onRetry={() => void jobs.refetch()} />;
  if (jobs.data.items.length === 0) {
    return (
      <Note title={t.jobsNone()}>
        <p>{t.jobsAdvice()}</p>
      </Note>
    );
  }
  return (
    <div className={styles.page}>
      <h1>{t.navJobs()}</h1>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.navJobs()}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.jobName()}</th>
              <th scope="col">{t.jobState()}</th>
              <th scope="col">{t.jobProgress()}</th>
              <th scope="col">{t.jobRate()}</th>
              <th scope="col">{t.jobRemaining()}</th>
              <th scope="col">{t.jobStarted({ zone })}</th>
              <th scope="col">{t.jobBy()}</th>
              <th scope="col">
                <span className="unseen">{t.jobCancel()}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.data.items.map((job) => (
              <Job key={job.id} entity={entity} job={job} now={now} />
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Job({ entity, job, now }: { readonly entity: Entity; readonly job: AnyRecord; readonly now: number }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const may = useMay();
  const run = useDeed();
  const client = useQueryClient();
  const deeds = useRecordDeeds(entity);
  const cancel = useMutation({ mutationFn: () => run(() => act('jobs', job.id, 'cancel', {}, newKey())), onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }), onError: deeds.failed });
  const { state, percent, perSecond, remainingSeconds } = progressOf(job, now);
  const started = typeof job['started_at'] === 'string' ? job['started_at'] : (job.created_at ?? '');
  return (
    <tr>
      <th scope="row">
        <Visible text={titleOf(entity, job)} />
      </th>
      <td>
        <Visible text={choiceLabel(t, entity.name, entity.state_field || 'state', state)} />
      </td>
      <td>
        {percent === undefined ? (
          '–'
        ) : (
          <span className={styles.progress}>
            <progress value={percent} max={100} aria-label={t.jobProgress()} />
            <span className="num">{t.jobPercent({ percent: Math.floor(percent) })}</span>
          </span>
        )}
      </td>
      <td className="num">{perSecond === undefined ? '–' : t.jobPerSecond({ rate: perSecond < 10 ? decimal(perSecond) : count(perSecond) })}</td>
      <td className="num">{remainingSeconds === undefined ? '–' : duration(language, remainingSeconds)}</td>
      <td className="num">{started === '' ? '–' : shortTime(started, { language, zone })}</td>
      <td>{job.created_by ? <Reference id={job.created_by} link={false} /> : ''}</td>
      <td>
        {!isOver(state) && may('job.cancel', job.organisation) && (
          <Button disabled={cancel.isPending} onClick={() => cancel.mutate()}>
            {t.jobCancel()}
          </Button>
        )}
      </td>
    </tr>
  );
}
