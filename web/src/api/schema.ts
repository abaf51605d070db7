// The declarations of all kinds of records: lists, pages and forms are made of them. Names and labels are of the
// server's program; texts for people come from the catalogue (record/labels.ts).
import { queryOptions, useQuery } from '@tanstack/react-query';
import { getDeclarations } from './calls';

export type FieldKind = 'text' | 'prose' | 'integer' | 'real' | 'boolean' | 'time' | 'date' | 'choice' | 'reference' | 'texts';

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly needed?: boolean;
  readonly unique?: boolean;
  readonly searchable?: boolean;
  readonly listed?: boolean;
  readonly filterable?: boolean;
  // Set by actions and the program alone.
  readonly by_server?: boolean;
  // Written once, then never again.
  readonly once?: boolean;
  readonly limit?: number;
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
  readonly target?: string;
  readonly permission?: string;
}

export interface Action {
  readonly name: string;
  readonly needs_reason?: boolean;
  readonly needs_step_up?: boolean;
  readonly four_eyes?: boolean;
}

export interface Transition {
  readonly from: string;
  readonly to: string;
  readonly action: string;
}

export interface Entity {
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly prefix?: string;
  readonly state_field?: string;
  readonly transitions?: readonly Transition[];
  readonly for_all_organisations?: boolean;
  // Lives beside another record only (comments): has no list and page of its own.
  readonly attached?: boolean;
  // May live in a vault.
  readonly may_be_sealed?: boolean;
  // Within this vault: `path` leads there, the kind's own path is this one.
  readonly vault?: { readonly key: number; readonly path: string };
  readonly fields: readonly Field[];
  readonly actions?: readonly Action[];
  readonly permissions?: readonly string[];
}

export class Schema {
  // Those with a list.
  readonly all: readonly Entity[];
  private readonly names: ReadonlyMap<string, Entity>;
  private readonly paths: ReadonlyMap<string, Entity>;

  constructor(entities: readonly Entity[]) {
    this.all = entities.filter((entity) => entity.attached !== true);
    this.names = new Map(entities.map((entity) => [entity.name, entity]));
    this.paths = new Map(this.all.map((entity) => [entity.path, entity]));
  }

  named(name: string): Entity | undefined {
    return this.names.get(name);
  }

  at(path: string): Entity | undefined {
    return this.paths.get(path);
  }
}

export function fieldOf(entity: Entity, name: string): Field | undefined {
  return entity.fields.find((field) => field.name === name);
}

// The same kind within a vault: the server has the same routes below the vault's.
export const inVault = (entity: Entity, key: number): Entity => ({ ...entity, path: `vaults/${key}/${entity.path}`, vault: { key, path: entity.path } });

// Under what the answers about a kind are kept: those of a vault stand apart from what is outside.
export const keptAs = (entity: Entity): string => nameWithin(entity.name, entity.vault?.key);
export const nameWithin = (name: string, vault: number | undefined): string => (vault === undefined ? name : `${name} in vault ${vault}`);

export const schemaQuery = queryOptions({
  queryKey: ['schema'],
  queryFn: async ({ signal }) => new Schema(await getDeclarations(signal)),
  staleTime: Infinity,
  structuralSharing: false,
});

export function useSchema() {
  return useQuery(schemaQuery);
}
