// Requests to our own server, and the ways in which they fail.

export type FailureKind =
  | 'signed_out'
  | 'forbidden'
  | 'needs_step_up'
  | 'needs_reason'
  | 'needs_approval'
  | 'not_found'
  | 'conflict'
  | 'stale'
  | 'invalid'
  | 'too_many'
  | 'unavailable'
  | 'unreachable'
  | 'other';

// One thing that is wrong with what was sent; the field is empty where it is about the whole.
export interface Fault {
  readonly field: string;
  readonly code: string;
  readonly detail?: string;
}

export class ApiError extends Error {
  readonly kind: FailureKind;
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  // Of this failure, for those who look after the server.
  readonly id: string;

  constructor(kind: FailureKind, status: number, code: string, detail: string, faults: readonly Fault[] = [], id = '') {
    super(detail);
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.faults = faults;
    this.id = id;
  }
}

export function kindOfFailure(status: number, code: string): FailureKind {
  if (code === 'needs_step_up' || code === 'needs_reason' || code === 'needs_approval') return code;
  return kindOfStatus(status);
}

export function kindOfStatus(status: number): FailureKind {
  if (status === 401) return 'signed_out';
  if (status === 409) return 'conflict';
  if (status === 412) return 'stale';
  if (status === 422) return 'invalid';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 413 || status === 429) return 'too_many';
  if (status === 503 || status === 502 || status === 504) return 'unavailable';
  return 'other';
}

async function failure(response: Response): Promise<ApiError> {
  let code = '';
  let detail = '';
  let id = '';
  let faults: readonly Fault[] = [];
  try {
    const problem = (await response.json()) as { code?: unknown; detail?: unknown; faults?: unknown; id?: unknown };
    if (typeof problem.code === 'string') code = problem.code;
    if (typeof problem.detail === 'string') detail = problem.detail;
    if (typeof problem.id === 'string') id = problem.id;
    if (Array.isArray(problem.faults)) faults = problem.faults as readonly Fault[];
  } catch {
    // No problem+json: the status says enough.
  }
  return new ApiError(kindOfFailure(response.status, code), response.status, code, detail, faults, id);
}

const base = '/api/v1';
const signedOut = new Set<() => void>();

// Told when any request finds that the session has ended.
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => {
    signedOut.delete(listener);
  };
}

export function tellSignedOut(): void {
  for (const listener of signedOut) listener();
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(base + path, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('unreachable', 0, '', '');
  }
  if (response.ok) return response;
  const error = await failure(response);
  if (error.kind === 'signed_out' && !path.startsWith('/session')) tellSignedOut();
  throw error;
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

// What changes something: JSON in, the answer's JSON out (undefined where it has none).
export async function sendJson<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await request(path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = (text === '' ? undefined : JSON.parse(text)) as T;
  // Taken, but not done: somebody else has to approve it first.
  if (response.status === 202 && (answer as { code?: unknown } | undefined)?.code === 'needs_approval') throw new ApiError('needs_approval', 202, 'needs_approval', '');
  return answer;
}

export interface Names {
  readonly ja: string;
  readonly en: string;
}

export interface Organisation {
  readonly key: number;
  readonly name: Names;
  readonly short: string;
}

export interface Reach {
  readonly everywhere: boolean;
  readonly organisations: readonly number[];
}

export type ProofMethod = 'password' | 'totp' | 'passkey' | 'recovery_code';

export interface Session {
  readonly principal: { readonly kind: string; readonly id: string; readonly name: string };
  readonly language: string | null;
  readonly step_up_fresh: boolean;
  // The first start is not done yet.
  readonly setup_needed?: boolean;
  // How this session was begun.
  readonly methods: readonly string[];
  readonly organisations: readonly Organisation[];
  readonly permissions: Readonly<Record<string, Reach>>;
  readonly vaults?: readonly { readonly key: number; readonly name: string }[];
  readonly unread: number;
}

export const getSession = () => getJson<Session>('/session');

export async function signIn(ticket: string): Promise<void> {
  await request('/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ticket }),
  });
}

export async function signOut(): Promise<void> {
  await request('/session', { method: 'DELETE' });
}
