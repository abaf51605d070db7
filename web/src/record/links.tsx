// Ways to a list and to one record, outside of vaults or within one.
import { Link } from '@tanstack/react-router';
import type { ReactNode, Ref } from 'react';
import type { Entity } from '../api/schema';

interface Props {
  readonly entity: Entity;
  readonly className?: string;
  readonly children: ReactNode;
}

export function ListLink({ entity, className = '', children }: Props) {
  if (entity.vault) {
    return (
      <Link to="/vaults/$vault/$path" params={{ vault: String(entity.vault.key), path: entity.vault.path }} search={{}} className={className}>
        {children}
      </Link>
    );
  }
  return (
    <Link to="/records/$path" params={{ path: entity.path }} search={{}} className={className}>
      {children}
    </Link>
  );
}

interface RecordProps extends Props {
  readonly id: string;
  // In place of words to read.
  readonly name?: string;
  readonly title?: string;
  readonly ref?: Ref<HTMLAnchorElement>;
}

export function RecordLink({ entity, id, name, className = '', children, ...rest }: RecordProps) {
  const more = { ...rest, className, ...(name === undefined ? {} : { 'aria-label': name }) };
  if (entity.vault) {
    return (
      <Link to="/vaults/$vault/$path/$id" params={{ vault: String(entity.vault.key), path: entity.vault.path, id }} search={{}} {...more}>
        {children}
      </Link>
    );
  }
  return (
    <Link to="/records/$path/$id" params={{ path: entity.path, id }} search={{}} {...more}>
      {children}
    </Link>
  );
}

// For the clipboard.
export const addressOf = (entity: Entity, id: string): string => `${window.location.origin}${entity.vault ? '' : '/records'}/${entity.path}/${id}`;
