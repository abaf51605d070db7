// What to do next after the first start; each line opens the page where it is done.
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { textAt } from '../record/labels';
import { CheckIcon } from '../ui/icons';
import { getChecklist, pageOf } from './checklist';
import type { Todo } from './checklist';
import styles from './account.module.css';

export function ChecklistPage() {
  const t = useText();
  useTitle(t.todoTitle());
  const steps = useQuery({ queryKey: ['checklist'], queryFn: ({ signal }) => getChecklist(signal), refetchOnMount: 'always', retry: false });
  if (steps.isPending) return <Loading />;
  if (steps.isError) return <Failure error={steps.error} onRetry={() => void steps.refetch()} />;
  const done = steps.data.filter((step) => step.done).length;
  const all = steps.data.length;
  return (
    <div className={styles.page}>
      <h1>{t.todoTitle()}</h1>
      <p className={styles.lead}>{t.todoLead()}</p>
      <div className={styles.progress}>
        <progress value={done} max={all} aria-label={t.todoProgress({ done, all })} />
        <span className="num">{t.todoProgress({ done, all })}</span>
      </div>
      <ol className={styles.steps}>
        {steps.data.map((step) => (
          <li key={step.key} className={step.done ? styles.done : undefined} data-testid={`todo-${step.key}`}>
            <Step step={step} />
          </li>
        ))}
      </ol>
      {done === all && (
        <p>
          {t.todoAllDone()} <Link to="/roles" search={{}}>{t.todoToBoard()}</Link>
        </p>
      )}
    </div>
  );
}

function Step({ step }: { readonly step: Todo }) {
  const t = useText();
  const page = pageOf(step.screen);
  const content = (
    <>
      <span className={styles.mark}>{step.done && <CheckIcon />}</span>
      <span className={styles.words}>{textAt(t, `checklist.${step.key}`) ?? step.key}</span>
      <span className={`${styles.chip} ${step.done ? styles.good : ''}`}>{step.done ? t.todoDone() : t.todoOpen()}</span>
    </>
  );
  if (page.to === '/records/$path') {
    return (
      <Link to={page.to} params={{ path: page.path }} search={{}} className={styles.step ?? ''}>
        {content}
      </Link>
    );
  }
  return (
    <Link to={page.to} search={{}} className={styles.step ?? ''}>
      {content}
    </Link>
  );
}
