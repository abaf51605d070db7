// Requests whose path, parameters, body and answer are checked against the server's description of its API
// (openapi.d.ts, made from schema/openapi.json by ./dev generate). Failures are those of client.ts.

import { request } from './client';
import type { components, paths } from './openapi';

export type Schemas = components['schemas'];
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Described {
  readonly parameters: object;
  readonly responses: object;
}

// The paths that know a method.
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends Described ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = Extract<paths[P][M], Described>;
type Parameters<O extends Described, Place extends string> = O['parameters'] extends { readonly [K in Place]?: infer Found }
  ? Exclude<Found, undefined>
  : never;
type Content<Found> = Found extends { readonly content: infer Types } ? Types[keyof Types] : never;
type Body<O> = O extends { readonly requestBody?: infer Found } ? Content<Exclude<Found, undefined>> : never;

// What comes back when all is well; undefined where the answer has no body.
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M>['responses'] extends { readonly 200: infer Good }
    ? Content<Good>
    : Operation<P, M>['responses'] extends { readonly 201: infer Made }
      ? Content<Made>
      : undefined;

// A part that has members which must be given must be given itself.
type Part<Name extends string, Value> = [Value] extends [never]
  ? { readonly [K in Name]?: never }
  : object extends Value
    ? { readonly [K in Name]?: Value }
    : { readonly [K in Name]: Value };

export type Call<P extends keyof paths, M extends Method> = Part<'path', Parameters<Operation<P, M>, 'path'>> &
  Part<'query', Parameters<Operation<P, M>, 'query'>> &
  Part<'headers', Parameters<Operation<P, M>, 'header'>> &
  Part<'body', Body<Operation<P, M>>> & { readonly signal?: AbortSignal };

type QueryValue = string | number | boolean | readonly (string | number | boolean)[] | undefined;

// Several values of one parameter stand in one, with commas between them; "tag" stands once for each.
export function queryText(query: Readonly<Record<string, QueryValue>>): string {
  const escaped = (value: string | number | boolean) => String(value).replace(/[\\,]/g, '\\$&');
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (name === 'tag' && Array.isArray(value)) {
      for (const one of value) found.append(name, String(one));
    } else {
      found.append(name, Array.isArray(value) ? value.map(escaped).join(',') : String(value));
    }
  }
  const text = found.toString();
  return text === '' ? '' : `?${text}`;
}

interface AnyCall {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

const front = '/api/v1';

export async function call<M extends Method, P extends PathOf<M>>(method: M, path: P, given: Call<P, M>): Promise<Answer<P, M>> {
  const { path: places = {}, query = {}, headers = {}, body, signal } = given as AnyCall;
  const place = path.slice(front.length).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(places[name])));
  const response = await request(place + queryText(query), {
    method: method.toUpperCase(),
    headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  return (response.status === 204 ? undefined : await response.json()) as Answer<P, M>;
}
