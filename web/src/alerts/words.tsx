// Words of the alert pages that depend on a value of the server.
import type { RuleName } from '../api/types';
import type { Language, Messages } from '../i18n/messages';
import { useText } from '../i18n/useText';
import styles from './words.module.css';

export function titleOf(rule: RuleName, language: Language): string {
  return language === 'ja' && rule.title_ja !== '' ? rule.title_ja : rule.title;
}

// "*" stands for the many entities of an alert that gathers what a rule found too often.
export function entityName(entity: string, t: Messages): string {
  return entity === '*' ? t.entityMany() : entity;
}

export function statusName(status: string, t: Messages): string {
  return status === 'new' ? t.statusNew() : status;
}

export function realmName(realm: string, t: Messages): string {
  switch (realm) {
    case 'real':
      return t.realmReal();
    case 'demo':
      return t.realmDemo();
    case 'exercise':
      return t.realmExercise();
    case 'replay':
      return t.realmReplay();
    default:
      return realm;
  }
}

// "lateral-movement" and "lateral_movement" alike.
export function tacticName(tactic: string, t: Messages): string {
  switch (tactic.replaceAll('_', '-')) {
    case 'reconnaissance':
      return t.tacticReconnaissance();
    case 'resource-development':
      return t.tacticResourceDevelopment();
    case 'initial-access':
      return t.tacticInitialAccess();
    case 'execution':
      return t.tacticExecution();
    case 'persistence':
      return t.tacticPersistence();
    case 'privilege-escalation':
      return t.tacticPrivilegeEscalation();
    case 'defense-evasion':
      return t.tacticDefenseEvasion();
    case 'credential-access':
      return t.tacticCredentialAccess();
    case 'discovery':
      return t.tacticDiscovery();
    case 'lateral-movement':
      return t.tacticLateralMovement();
    case 'collection':
      return t.tacticCollection();
    case 'command-and-control':
      return t.tacticCommandAndControl();
    case 'exfiltration':
      return t.tacticExfiltration();
    case 'impact':
      return t.tacticImpact();
    default:
      return tactic;
  }
}

export function StatusChip({ status }: { readonly status: string }) {
  const t = useText();
  return <span className={[styles.chip, styles.status].join(' ')}>{statusName(status, t)}</span>;
}

// Real alerts need no label; everything else must not be taken for one.
export function RealmBadge({ realm }: { readonly realm: string }) {
  const t = useText();
  if (realm === 'real') return null;
  return <span className={[styles.chip, styles.realm].join(' ')}>{realmName(realm, t)}</span>;
}
