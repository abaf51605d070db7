// Words for what declarations name: entities, fields, choices, actions, faults. Their keys are made of the names; a
// name without a text (a custom field, a newer server) is shown as it is.
import type { Entity, Field } from '../api/schema';
import type { Messages } from '../i18n/messages';

// "field.person.name_kana" -> "fieldPersonNameKana", as the message compiler does it.
export function textName(key: string): string {
  return key.replace(/[^A-Za-z0-9]+/g, '_').replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase()).replaceAll('_', '');
}

export function textAt(t: Messages, key: string): string | undefined {
  const name = textName(key);
  const found: unknown = Object.hasOwn(t, name) ? (t as unknown as Record<string, unknown>)[name] : undefined;
  // Labels have no parameters.
  return typeof found === 'function' && found.length === 0 ? (found as () => string)() : undefined;
}

const plain = (name: string) => name.replaceAll('_', ' ');

export const entityLabel = (t: Messages, entity: string): string => textAt(t, `entity.${entity}`) ?? plain(entity);
export const entitiesLabel = (t: Messages, entity: string): string => textAt(t, `entity.${entity}.many`) ?? entityLabel(t, entity);
// What a list of these is for; undefined where nobody has said it yet.
export const entityPurpose = (t: Messages, entity: string): string | undefined => textAt(t, `entity.${entity}.about`);
export const choiceLabel = (t: Messages, entity: string, field: string, choice: string): string => textAt(t, `choice.${entity}.${field}.${choice}`) ?? plain(choice);
export const actionLabel = (t: Messages, entity: string, action: string): string => textAt(t, `action.${entity}.${action}`) ?? plainAction(t, action);

// Members that every record has; they have no declaration.
function commonLabel(t: Messages, name: string): string | undefined {
  const labels: Readonly<Record<string, string>> = {
    number: t.recordNumber(), organisation: t.recordOrganisation(), site: t.recordSite(), zone: t.recordZone(), vault: t.recordVault(),
    data_class: t.recordDataClass(), realm: t.recordRealm(), tlp: t.recordTlp(), tags: t.recordTags(), custom: t.recordCustom(),
    created_at: t.recordCreatedAt(), created_by: t.recordCreatedBy(), updated_at: t.recordUpdatedAt(), updated_by: t.recordUpdatedBy(),
    deleted_at: t.recordDeletedAt(), version: t.recordVersion(), id: t.recordId(),
  };
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

export const fieldLabel = (t: Messages, entity: string, field: string): string => textAt(t, `field.${entity}.${field}`) ?? commonLabel(t, field) ?? plain(field);

function plainAction(t: Messages, action: string): string {
  const labels: Readonly<Record<string, string>> = { create: t.actionCreate(), change: t.actionChange(), delete: t.actionDelete(), restore: t.actionRestore(), undo: t.actionUndo() };
  return Object.hasOwn(labels, action) ? (labels[action] ?? action) : plain(action);
}

// Reads "fault.too_long"; what is unknown keeps the server's English words.
export const faultLabel = (t: Messages, code: string, detail = ''): string => textAt(t, `fault.${code}`) ?? (detail || plain(code));

// What stands for a record where there is no room for more.
export function titleOf(entity: Entity, record: Readonly<Record<string, unknown>>): string {
  const title = record[entity.title];
  if (typeof title === 'string' && title !== '') return title;
  const number = record['number'];
  if (typeof number === 'string' && number !== '') return number;
  return String(record['id'] ?? '').slice(0, 8);
}

export const isState = (entity: Entity, field: Field): boolean => entity.state_field === field.name;
