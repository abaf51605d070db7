// What people do to a record, each with its way back: what is missing (a reason, a proof) is asked for, what is done is
// said, and undone on demand.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { act, changeRecord, createRecord, deleteRecord, historyOf, newKey, restoreRecord, undoChange } from '../api/records';
import type { AnyRecord } from '../api/records';
import { ApiError } from '../api/client';
import { keptAs } from '../api/schema';
import type { Action, Entity } from '../api/schema';
import { isCancelled, useDeed } from '../app/deeds';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';
import { actionLabel, faultLabel, titleOf } from './labels';
import { useTitles } from './titles';

export interface RecordDeeds {
  readonly create: (values: Readonly<Record<string, unknown>>, key: string) => Promise<AnyRecord>;
  readonly change: (record: AnyRecord, values: Readonly<Record<string, unknown>>) => Promise<AnyRecord>;
  readonly perform: (record: AnyRecord, action: Action) => Promise<AnyRecord | undefined>;
  readonly remove: (record: AnyRecord) => Promise<boolean>;
  readonly restore: (record: AnyRecord) => Promise<void>;
  // Says what went wrong, unless somebody only closed a dialog.
  readonly failed: (error: unknown) => void;
}

// The change that led to a version, undone unless somebody changed more meanwhile.
async function undoVersion(entity: Entity, id: string, version: number): Promise<void> {
  const { items } = await historyOf(entity.path, id, undefined, 1);
  const last = items[0];
  if (!last || last.version !== version) throw new Error('changed meanwhile');
  await undoChange(last.seq, entity.vault?.key);
}

export function useRecordDeeds(entity: Entity): RecordDeeds {
  const t = useText();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  const { name, path } = entity;
  const kept = keptAs(entity);
  const titles = useTitles();
  const learn = useCallback(
    (record: AnyRecord) => {
      client.setQueryData(['record', kept, record.id, ''], record);
      titles.learn(record.id, { entity: name, title: titleOf(entity, record), ...(entity.vault ? { vault: entity.vault.key } : {}) });
      void client.invalidateQueries({ queryKey: ['history', kept, record.id] });
      void client.invalidateQueries({ queryKey: ['records', kept] });
    },
    [client, entity, kept, name, titles],
  );
  const failed = useCallback(
    (error: unknown) => {
      if (isCancelled(error)) return;
      const known = error instanceof ApiError ? error : undefined;
      // Nothing is wrong: somebody else has to agree first.
      if (known?.kind === 'needs_approval') return toast({ text: t.deedWaits() });
      const fault = known?.faults[0];
      const why = fault ? faultLabel(t, fault.code, fault.detail) : known?.kind === 'forbidden' ? t.failForbidden() : known?.kind === 'stale' ? t.failStale() : known?.kind === 'conflict' ? t.failConflict() : known?.kind === 'unreachable' ? t.failUnreachable() : t.failOther();
      return toast({ text: t.deedFailed({ why }), bad: true });
    },
    [t, toast],
  );
  const again = useCallback(
    async (id: string) => {
      await Promise.all([client.invalidateQueries({ queryKey: ['record', kept, id] }), client.invalidateQueries({ queryKey: ['history', kept, id] }), client.invalidateQueries({ queryKey: ['records', kept] })]);
    },
    [client, kept],
  );
  return useMemo<RecordDeeds>(
    () => ({
      failed,
      create: async (values, key) => {
        const record = await run((reason) => createRecord(path, values, key, reason));
        learn(record);
        toast({ text: t.deedCreated({ title: titleOf(entity, record) }), undo: async () => {
          await deleteRecord(path, record.id, record.version);
          await again(record.id);
        } });
        return record;
      },
      change: async (record, values) => {
        const changed = await run((reason) => changeRecord(path, record.id, record.version, values, reason));
        learn(changed);
        toast({ text: t.deedChanged({ title: titleOf(entity, changed) }), undo: async () => {
          await undoVersion(entity, record.id, changed.version);
          await again(record.id);
        } });
        return changed;
      },
      perform: async (record, action) => {
        const key = newKey();
        const label = actionLabel(t, name, action.name);
        const changed = await run((reason) => act(path, record.id, action.name, reason === undefined ? {} : { reason }, key), action.needs_reason ? { askReason: label } : undefined);
        if (changed === undefined || typeof changed.version !== 'number') {
          await again(record.id);
          toast({ text: t.deedActed({ action: label, title: titleOf(entity, record) }) });
          return undefined;
        }
        learn(changed);
        toast({ text: t.deedActed({ action: label, title: titleOf(entity, changed) }), undo: async () => {
          await undoVersion(entity, record.id, changed.version);
          await again(record.id);
        } });
        return changed;
      },
      remove: async (record) => {
        await run((reason) => deleteRecord(path, record.id, record.version, reason));
        toast({ text: t.deedDeleted({ title: titleOf(entity, record) }), undo: async () => {
          await restoreRecord(path, record.id);
          await again(record.id);
        } });
        await again(record.id);
        return true;
      },
      restore: async (record) => {
        const restored = await run(() => restoreRecord(path, record.id));
        if (restored) learn(restored);
        await again(record.id);
        toast({ text: t.deedRestored({ title: titleOf(entity, record) }) });
      },
    }),
    [again, entity, failed, learn, name, path, run, t, toast],
  );
}
