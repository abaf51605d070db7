// The own account as the server tells it, and what can be read out of it.
import { getJson, sendJson } from '../api/client';
import type { Schemas } from '../api/typed';

export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly used_at: string | null;
}

export interface Account {
  readonly login: string;
  readonly password: boolean;
  readonly totp: boolean;
  readonly must_enrol: boolean;
  readonly passkeys: readonly Passkey[];
  readonly recovery_left: number;
}

export interface OpenSession {
  readonly id: string;
  readonly created_at: string;
  readonly used_at: string;
  readonly peer: string;
  readonly agent: string;
  readonly current: boolean;
}

export interface TotpStart {
  readonly secret: string;
  readonly uri: string;
}

export type Token = Schemas['Token'];

export const getAccount = (signal?: AbortSignal) => getJson<Account>('/account', signal);
export const changePassword = (old: string, chosen: string) => sendJson<undefined>('POST', '/account/password', { old, new: chosen });
export const startTotp = () => sendJson<TotpStart>('POST', '/account/totp', {});
export const confirmTotp = (code: string) => sendJson<undefined>('PUT', '/account/totp', { code });
export const stopTotp = () => sendJson<undefined>('DELETE', '/account/totp');
export const removePasskey = (id: string) => sendJson<undefined>('DELETE', `/account/passkeys/${encodeURIComponent(id)}`);
export const newRecoveryCodes = async () => (await sendJson<{ codes: readonly string[] }>('POST', '/account/recovery-codes', {})).codes;

const whose = (person?: string) => (person === undefined ? '' : `?person=${encodeURIComponent(person)}`);
export const getSessions = async (person?: string, signal?: AbortSignal) => (await getJson<{ items: readonly OpenSession[] }>(`/sessions${whose(person)}`, signal)).items;
export const endSession = (id: string) => sendJson<undefined>('DELETE', `/sessions/${encodeURIComponent(id)}`);
export const getTokens = async (signal?: AbortSignal) => (await getJson<{ items: readonly Token[] }>('/tokens', signal)).items;
export const createToken = (name: string, scopes: readonly string[], expires: string) => sendJson<Token>('POST', '/tokens', { name, scopes, expires_at: expires });
export const endToken = (id: string) => sendJson<undefined>('DELETE', `/tokens/${encodeURIComponent(id)}`);

// A code of six digits however it was typed: full width, with blanks, with a hyphen.
export const digitsOf = (typed: string): string => typed.normalize('NFKC').replace(/[\s-]/g, '');

// "K3S2 …": in groups of four, to be typed by hand.
export const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ');

// The place without the port, which says nothing to people: "192.0.2.7:48220", "[2001:db8::1]:48220".
export const addressOf = (peer: string): string => /^\[(.+)\]:\d+$/.exec(peer)?.[1] ?? /^([\d.]+):\d+$/.exec(peer)?.[1] ?? peer;

export interface Device {
  readonly browser: string;
  readonly system: string;
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+).*\bSafari\//, 'Safari'],
  [/^curl\/(\d+)/, 'curl'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\bWindows\b/, 'Windows'],
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

// What a browser says about itself, in two words. Anybody can say anything: for recognising, not for trusting.
export function deviceOf(agent: string): Device | undefined {
  const browser = browsers.map(([pattern, name]) => [pattern.exec(agent), name] as const).find(([found]) => found !== null);
  if (!browser) return undefined;
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1] ?? '';
  return { browser: `${browser[1]} ${browser[0]?.[1] ?? ''}`.trim(), system };
}

// What a token is asked for: one's own permissions, those of one kind together.
export function scopesOf(permissions: Readonly<Record<string, unknown>>, filter: string, nameOf: (scope: string) => string): readonly string[] {
  const words = filter.normalize('NFKC').toLowerCase().split(/\s+/).filter((word) => word !== '');
  return Object.keys(permissions)
    .filter((scope) => {
      const text = `${scope} ${nameOf(scope)}`.normalize('NFKC').toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort();
}

export const endOf = (days: number, now = Date.now()): string => new Date(now + days * 86_400_000).toISOString();
