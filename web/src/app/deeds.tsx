// Changes that the server may want more for: a reason, or a fresh proof of who asks. It is asked for then and there, and
// the change is tried again; the caller sees one promise.
import { createContext, use, useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { ReasonDialog } from './ReasonDialog';
import { ProofDialog } from './ProofDialog';

// Somebody closed the dialog: nothing was done.
export class Cancelled extends Error {}

export const isCancelled = (error: unknown): boolean => error instanceof Cancelled;

type Attempt<T> = (reason: string | undefined) => Promise<T>;
export type Run = <T>(attempt: Attempt<T>, options?: { readonly askReason?: string }) => Promise<T>;

interface Asked {
  readonly kind: 'reason' | 'proof';
  // What for, in words.
  readonly about: string | undefined;
  readonly resolve: (reason: string | undefined) => void;
  readonly reject: (error: Error) => void;
}

const maxRounds = 6;

const unset: Run = () => Promise.reject(new Error('no provider of deeds above this component'));
const DeedContext = createContext<Run>(unset);
export const useDeed = (): Run => use(DeedContext);

// Tries; asks for what is missing; tries again.
export async function withWhatIsNeeded<T>(attempt: Attempt<T>, ask: (kind: Asked['kind']) => Promise<string | undefined>, reasonFirst: boolean): Promise<T> {
  let reason = reasonFirst ? await ask('reason') : undefined;
  for (let round = 0; ; round += 1) {
    try {
      return await attempt(reason);
    } catch (error) {
      if (!(error instanceof ApiError) || round >= maxRounds) throw error;
      if (error.kind === 'needs_reason') reason = await ask('reason');
      else if (error.kind === 'needs_step_up') await ask('proof');
      else throw error;
    }
  }
}

export function DeedProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Asked>();
  const run = useCallback<Run>((attempt, options) => {
    const ask = (kind: Asked['kind']) =>
      new Promise<string | undefined>((resolve, reject) => {
        setAsked({ kind, about: options?.askReason, resolve, reject });
      });
    return withWhatIsNeeded(attempt, ask, options?.askReason !== undefined);
  }, []);
  const value = useMemo(() => run, [run]);
  const done = (reason: string | undefined) => {
    setAsked(undefined);
    asked?.resolve(reason);
  };
  const cancel = () => {
    setAsked(undefined);
    asked?.reject(new Cancelled());
  };
  return (
    <DeedContext value={value}>
      {children}
      {asked?.kind === 'reason' && <ReasonDialog about={asked.about} onDone={done} onCancel={cancel} />}
      {asked?.kind === 'proof' && <ProofDialog onDone={() => done(undefined)} onCancel={cancel} />}
    </DeedContext>
  );
}
