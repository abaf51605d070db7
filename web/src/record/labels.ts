// Words for what declarations name: entities, fields, choices, actions, faults. Their keys are made of the names; a
// name without a text (a custom field, a newer server) is shown as it is.
import type { Entity, Field } from '../api/schema';
import { labels, messages } from '../i18n/messages';
import type { Messages } from '../i18n/messages';

// Labels are one table a language; the texts in hand say which.
export function textAt(t: Messages, key: string): string | undefined {
  const table = labels[t === messages.ja ? 'ja' : 'en'];
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const plain = (name: string) => name.replaceAll('_', ' ');

export const entityLabel = (t: Messages, entity: string): string => textAt(t, `entity.${entity}`) ?? plain(entity);
export const entitiesLabel = (t: Messages, entity: string): string => textAt(t, `entity.${entity}.many`) ?? entityLabel(t, entity);
// What a list of these is for; undefined where nobody has said it yet.
export const entityPurpose = (t: Messages, entity: string): string | undefined => textAt(t, `entity.${entity}.about`);
export const choiceLabel = (t: Messages, entity: string, field: string, choice: string): string => textAt(t, `choice.${entity}.${field}.${choice}`) ?? plain(choice);
export const actionLabel = (t: Messages, entity: string, action: string): string => textAt(t, `action.${entity}.${action}`) ?? plainAction(t, action);

// Members that every record has; they have no declaration.
const commonLabel = (t: Messages, name: string): string | undefined => textAt(t, `field.record.${name}`);

export const fieldLabel = (t: Messages, entity: string, field: string): string => textAt(t, `field.${entity}.${field}`) ?? commonLabel(t, field) ?? plain(field);

function plainAction(t: Messages, action: string): string {
  const names: Readonly<Record<string, string>> = { create: t.actionCreate(), change: t.actionChange(), delete: t.actionDelete(), restore: t.actionRestore(), undo: t.actionUndo(), seal: t.sealGo() };
  return Object.hasOwn(names, action) ? (names[action] ?? action) : plain(action);
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
