// A signature of the person's passkey over what the server asked, as JSON with base64url members.
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

function requestOf(options: Json): PublicKeyCredentialRequestOptions {
  const given = (options['publicKey'] ?? options) as Json;
  const allowed = (given['allowCredentials'] ?? []) as readonly Json[];
  return {
    ...given,
    challenge: fromBase64Url(String(given['challenge'])),
    allowCredentials: allowed.map((one) => ({ ...one, type: 'public-key' as const, id: fromBase64Url(String(one['id'])) })),
  };
}

export async function passkeyAnswer(): Promise<Json> {
  const options = await sendJson<Json>('POST', '/session/passkey/options', {});
  const found = await navigator.credentials.get({ publicKey: requestOf(options) });
  if (!(found instanceof PublicKeyCredential)) throw new Error('no passkey');
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
