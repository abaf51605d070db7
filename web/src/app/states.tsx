// What a page or a part of one shows when it has no content to show: loading, empty, refused, failed.
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import styles from './Shell.module.css';

export function Loading() {
  const t = useText();
  return (
    <div className={styles.state} role="status">
      <div className={styles.spinner} />
      <p>{t.stateLoading()}</p>
    </div>
  );
}

interface NoteProps {
  readonly title: string;
  readonly children?: ReactNode;
}

export function Note({ title, children }: NoteProps) {
  return (
    <div className={styles.state}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

// What happened, whether data is safe, and what to do.
export function wordsOf(error: unknown, t: Messages): { title: string; advice: string } {
  switch (error instanceof ApiError ? error.kind : 'other') {
    case 'signed_out':
      return { title: t.failSignedOut(), advice: t.failSignedOutAdvice() };
    case 'forbidden':
      return { title: t.failForbidden(), advice: t.failForbiddenAdvice() };
    case 'not_found':
      return { title: t.failNotFound(), advice: t.failNotFoundAdvice() };
    case 'too_many':
      return { title: t.failTooMany(), advice: t.failTooManyAdvice() };
    case 'unavailable':
      return { title: t.failUnavailable(), advice: t.failUnavailableAdvice() };
    case 'unreachable':
      return { title: t.failUnreachable(), advice: t.failUnreachableAdvice() };
    default:
      return { title: t.failOther(), advice: t.failOtherAdvice() };
  }
}

interface FailureProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

export function Failure({ error, onRetry }: FailureProps) {
  const t = useText();
  const { title, advice } = wordsOf(error, t);
  return (
    <div className={styles.state} role="alert">
      <h2>{title}</h2>
      <p>{advice}</p>
      {error instanceof ApiError && error.status > 0 && (
        <p>
          <code>
            {error.status} {error.code}
          </code>{' '}
          {error.message !== '' && <Visible text={error.message.slice(0, 300)} />}
        </p>
      )}
      {onRetry && <Button onClick={onRetry}>{t.commonRetry()}</Button>}
    </div>
  );
}
