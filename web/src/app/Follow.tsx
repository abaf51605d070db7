// Keeps what is shown in step with the news of records: only what a screen holds is asked for again.
import { useQueryClient } from '@tanstack/react-query';
import { useChanges } from '../api/changes';
import type { Batch } from '../api/changes';
import { titles } from '../record/titles';

// Whose change changes what the board of roles says.
const ofRoles: ReadonlySet<string> = new Set(['assignment', 'role_setting', 'holding', 'person', 'post']);
// Names and companies of the session.
const ofSession: ReadonlySet<string> = new Set(['notice', 'organisation', 'site', 'assignment']);

export function entitiesOf(batch: Batch): ReadonlySet<string> | undefined {
  return 'missed' in batch ? undefined : new Set(batch.changes.map((change) => change.entity));
}

export function Follow() {
  const client = useQueryClient();
  useChanges((batch) => {
    const again = (...queryKey: readonly string[]) => void client.invalidateQueries({ queryKey });
    if ('missed' in batch) {
      for (const key of ['record', 'records', 'history', 'comments', 'relations', 'attachments', 'roles', 'inbox', 'jobs', 'session']) again(key);
      return;
    }
    const entities = entitiesOf(batch) ?? new Set();
    for (const change of batch.changes) {
      const known = client.getQueryData<{ version: number }>(['record', change.entity, change.record, '']);
      if (!known || known.version < change.version) again('record', change.entity, change.record);
      again('history', change.entity, change.record);
    }
    titles.forget(batch.changes.map((change) => change.record));
    for (const entity of entities) again('records', entity);
    if (entities.has('comment')) again('comments');
    if (entities.has('relation')) again('relations');
    if (entities.has('attachment')) again('attachments');
    if (entities.has('notice')) again('inbox');
    if (entities.has('job')) again('jobs');
    if ([...entities].some((entity) => ofRoles.has(entity))) again('roles');
    if ([...entities].some((entity) => ofSession.has(entity))) again('session');
  });
  return null;
}
