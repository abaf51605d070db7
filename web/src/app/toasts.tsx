// What has just been done, and the way back: eight seconds, longer while somebody points at it.
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useText } from '../i18n/useText';
import { useKeys } from '../keys/useKeys';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { CloseIcon, UndoIcon } from '../ui/icons';
import { usePreferences } from './preferences';
import styles from './toasts.module.css';

export const shownMs = 8000;
const maxShown = 3;

export interface Toast {
  readonly text: string;
  readonly bad?: boolean;
  readonly undo?: () => Promise<void>;
}

type Show = (toast: Toast) => void;
const ToastContext = createContext<Show>(() => undefined);

export const useToast = (): Show => use(ToastContext);

interface Shown extends Toast {
  readonly key: number;
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const t = useText();
  const { letterKeys } = usePreferences();
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const next = useRef(0);
  const show = useCallback<Show>((toast) => {
    next.current += 1;
    const key = next.current;
    setShown((known) => [...known, { ...toast, key }].slice(-maxShown));
  }, []);
  const close = useCallback((key: number) => setShown((known) => known.filter((one) => one.key !== key)), []);
  const undo = useCallback(
    (toast: Shown) => {
      close(toast.key);
      toast.undo?.().then(
        () => show({ text: t.undoDone() }),
        () => show({ text: t.undoFailed(), bad: true }),
      );
    },
    [close, show, t],
  );
  const undoable = [...shown].reverse().find((toast) => toast.undo);
  useKeys({ z: () => undoable && undo(undoable) }, { letters: letterKeys });
  const value = useMemo(() => show, [show]);
  return (
    <ToastContext value={value}>
      {children}
      <div className={styles.toasts} role="status" aria-live="polite">
        {shown.map((toast) => (
          <OneToast key={toast.key} toast={toast} onClose={close} onUndo={undo} isLast={toast === undoable} />
        ))}
      </div>
    </ToastContext>
  );
}

interface OneProps {
  readonly toast: Shown;
  readonly isLast: boolean;
  readonly onClose: (key: number) => void;
  readonly onUndo: (toast: Shown) => void;
}

function OneToast({ toast, isLast, onClose, onUndo }: OneProps) {
  const t = useText();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => onClose(toast.key), shownMs);
    return () => clearTimeout(timer);
  }, [held, onClose, toast.key]);
  return (
    <div className={[styles.toast, toast.bad ? styles.bad : ''].join(' ')} onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
      <span>
        <Visible text={toast.text} />
      </span>
      {toast.undo && (
        <Button icon={<UndoIcon />} onClick={() => onUndo(toast)}>
          {t.undoButton()}
          {isLast && <kbd>{'Z'}</kbd>}
        </Button>
      )}
      <IconButton name={t.commonClose()} icon={<CloseIcon />} onClick={() => onClose(toast.key)} />
    </div>
  );
}
