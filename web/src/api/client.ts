// Requests to our own server, and the ways in which they fail.

export type FailureKind = 'signed_out' | 'forbidden' | 'not_found' | 'too_many' | 'unavailable' | 'unreachable' | 'other';

export class ApiError extends Error {
  readonly kind: FailureKind;
  readonly status: number;
  readonly code: string;

  constructor(kind: FailureKind, status: number, code: string, detail: string) {
    super(detail);
    this.kind = kind;
    this.status = status;
    this.code = code;
  }
}

export function kindOfStatus(status: number): FailureKind {
  if (status === 401) return 'signed_out';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 413 || status === 429) return 'too_many';
  if (status === 503 || status === 502 || status === 504) return 'unavailable';
  return 'other';
}

async function failure(response: Response): Promise<ApiError> {
  let code = '';
  let detail = '';
  try {
    const problem = (await response.json()) as { code?: unknown; detail?: unknown };
    if (typeof problem.code === 'string') code = problem.code;
    if (typeof problem.detail === 'string') detail = problem.detail;
  } catch {
    // No problem+json: the status says enough.
  }
  return new ApiError(kindOfStatus(response.status), response.status, code, detail);
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

export interface Session {
  readonly name: string;
  readonly language: string | null;
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
