// A declaration for unit tests: one field of each kind.
import type { Entity } from '../api/schema';

export const caseEntity: Entity = {
  name: 'case',
  path: 'cases',
  title: 'subject',
  prefix: 'INC',
  state_field: 'state',
  transitions: [
    { from: 'open', to: 'closed', action: 'close' },
    { from: 'closed', to: 'open', action: 'reopen' },
  ],
  actions: [{ name: 'close', needs_reason: true }, { name: 'reopen' }, { name: 'notify' }],
  fields: [
    { name: 'subject', kind: 'text', needed: true, listed: true, filterable: true, searchable: true, limit: 20 },
    { name: 'state', kind: 'choice', choices: ['open', 'closed'], listed: true, filterable: true },
    { name: 'summary', kind: 'prose' },
    { name: 'hosts', kind: 'integer', filterable: true, least: 0, most: 100 },
    { name: 'risk', kind: 'real', filterable: true },
    { name: 'grave', kind: 'boolean', filterable: true },
    { name: 'due', kind: 'time', listed: true, filterable: true },
    { name: 'opened_on', kind: 'date', filterable: true },
    { name: 'owner', kind: 'reference', target: 'person', listed: true, filterable: true },
    { name: 'aliases', kind: 'texts', filterable: true, limit: 10 },
    { name: 'known_at', kind: 'time', once: true },
    { name: 'score', kind: 'integer', by_server: true },
  ],
};
