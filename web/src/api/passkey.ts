// What a person's passkey says to what the server asked, as JSON with base64url members.
import { sendJson } from './client';

type Json = Record<string, unknown>;

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at += 1) bytes[at] = plain.charCodeAt(at);
  return bytes;
}

export function toBase64Url(bytes: ArrayBuffer): string {
  let plain = '';
  for (const byte of new Uint8Array(bytes)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

// Browsers give passkeys to names with a safe connection; an address of digits is no name.
export function passkeysWork(host: string, isSafe: boolean, isKnown: boolean): boolean {
  return isSafe && isKnown && !/^\[|^[\d.]+$/.test(host);
}

export const passkeysWorkHere = () => passkeysWork(window.location.hostname, window.isSecureContext, 'PublicKeyCredential' in window);

export type PasskeyTrouble = 'cancelled' | 'exists';

// Of the ways in which a browser ends a ceremony without an answer; undefined: the trouble is another.
export function passkeyTrouble(error: unknown): PasskeyTrouble | undefined {
  if (!(error instanceof DOMException)) return undefined;
  if (error.name === 'InvalidStateError') return 'exists';
  return error.name === 'NotAllowedError' || error.name === 'AbortError' ? 'cancelled' : undefined;
}

const handlesOf = (given: unknown) => ((given ?? []) as readonly Json[]).map((one) => ({ ...one, type: 'public-key' as const, id: fromBase64Url(String(one['id'])) }));

export function requestOf(options: Json): PublicKeyCredentialRequestOptions {
  return { ...options, challenge: fromBase64Url(String(options['challenge'])), allowCredentials: handlesOf(options['allowCredentials']) };
}

export function creationOf(options: Json): PublicKeyCredentialCreationOptions {
  const user = options['user'] as Json;
  return {
    ...(options as unknown as PublicKeyCredentialCreationOptions),
    challenge: fromBase64Url(String(options['challenge'])),
    user: { id: fromBase64Url(String(user['id'])), name: String(user['name']), displayName: String(user['displayName']) },
    excludeCredentials: handlesOf(options['excludeCredentials']),
  };
}

// Signs what the server asks: to begin a session, to complete one, or as a fresh proof.
export async function passkeyAnswer(): Promise<Json> {
  const options = await sendJson<Json>('POST', '/session/passkey/options', {});
  const found = await navigator.credentials.get({ publicKey: requestOf(options) });
  if (!(found instanceof PublicKeyCredential)) throw new DOMException('no passkey', 'NotAllowedError');
  const answer = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    rawId: toBase64Url(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: toBase64Url(answer.clientDataJSON),
      authenticatorData: toBase64Url(answer.authenticatorData),
      signature: toBase64Url(answer.signature),
      userHandle: answer.userHandle ? toBase64Url(answer.userHandle) : null,
    },
  };
}

// Makes one in this browser or on a key, and gives it to the account.
export async function addPasskey(name: string): Promise<void> {
  const options = await sendJson<Json>('POST', '/account/passkeys/options', {});
  const made = await navigator.credentials.create({ publicKey: creationOf(options) });
  if (!(made instanceof PublicKeyCredential)) throw new DOMException('no passkey', 'NotAllowedError');
  const answer = made.response as AuthenticatorAttestationResponse;
  const passkey = {
    id: made.id,
    rawId: toBase64Url(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: toBase64Url(answer.clientDataJSON),
      attestationObject: toBase64Url(answer.attestationObject),
      transports: answer.getTransports(),
    },
  };
  await sendJson('POST', '/account/passkeys', { name, passkey });
}
