// Saving a change of a record that somebody else may have changed meanwhile: what does not clash is set on top of
// theirs, what does is put to the person.
import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { getRecord } from '../api/records';
import type { AnyRecord } from '../api/records';
import type { Entity } from '../api/schema';
import { Cancelled } from '../app/deeds';
import { ConflictDialog } from './ConflictDialog';
import { conflictsOf } from './diff';
import type { Conflict } from './diff';
import { useRecordDeeds } from './useRecordDeeds';

interface Asked {
  readonly theirs: AnyRecord;
  readonly conflicts: readonly Conflict[];
  readonly resolve: (mine: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

const maxRounds = 5;

export interface Save {
  // The record after it; the same one when nothing was left to change.
  readonly save: (record: AnyRecord, values: Readonly<Record<string, unknown>>) => Promise<AnyRecord>;
  readonly dialog: ReactNode;
}

export function useSave(entity: Entity): Save {
  const deeds = useRecordDeeds(entity);
  const [asked, setAsked] = useState<Asked>();
  const { change } = deeds;
  const save = useCallback(
    async (record: AnyRecord, values: Readonly<Record<string, unknown>>) => {
      let base = record;
      let mine = values;
      for (let round = 0; ; round += 1) {
        if (Object.keys(mine).length === 0) return base;
        try {
          return await change(base, mine);
        } catch (error) {
          if (!(error instanceof ApiError) || error.kind !== 'stale' || round >= maxRounds) throw error;
          const theirs = await getRecord(entity.path, record.id);
          const conflicts = conflictsOf(base, theirs, mine);
          if (conflicts.length > 0) {
            const kept = new Set(await new Promise<readonly string[]>((resolve, reject) => setAsked({ theirs, conflicts, resolve, reject })));
            const clashing = new Set(conflicts.map((conflict) => conflict.field));
            mine = Object.fromEntries(Object.entries(mine).filter(([field]) => !clashing.has(field) || kept.has(field)));
          }
          base = theirs;
        }
      }
    },
    [change, entity.path],
  );
  const dialog = asked ? (
    <ConflictDialog
      entity={entity}
      theirs={asked.theirs}
      conflicts={asked.conflicts}
      onDone={(mine) => {
        setAsked(undefined);
        asked.resolve(mine);
      }}
      onCancel={() => {
        setAsked(undefined);
        asked.reject(new Cancelled());
      }}
    />
  ) : null;
  return { save, dialog };
}
