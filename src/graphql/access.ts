import { type AuthFailure, AuthScopeFailureType } from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';
import type { Scope } from '../db/generated/enums.ts';
import type { PartnerViewer, TenantViewer, Viewer } from '../domain/access/viewer.ts';
import type { Context } from './context.ts';

/** What a type or field may ask of the caller. Declared beside the field; checked by the scope-auth plugin. */
export interface AuthScopes {
  /** Anybody who has signed in. */
  signedIn: boolean;
  /** The administrator. */
  admin: boolean;
  /** The key or session must have this scope; the administrator reads without. */
  scope: Scope;
  /** The caller acts inside a partner's tenancy and has this scope: what changes something. */
  write: Scope;
  /** The same, and it is the partner's server, not a customer's session. */
  server: Scope | 'ANY';
}

/** May the caller read what this scope guards? The administrator may, without. */
export const hasScope = (viewer: Viewer | null, scope: Scope): boolean =>
  viewer !== null && (viewer.kind === 'ADMIN' || viewer.scopes.has(scope));

/** The caller's answer to each of them. */
export function authScopes({ viewer }: Context) {
  const has = (scope: Scope) => viewer !== null && viewer.kind !== 'ADMIN' && viewer.scopes.has(scope);
  return {
    signedIn: viewer !== null,
    admin: viewer?.kind === 'ADMIN',
    scope: (scope: Scope) => hasScope(viewer, scope),
    write: has,
    server: (scope: Scope | 'ANY') => viewer?.kind === 'PARTNER' && (scope === 'ANY' || has(scope)),
  };
}

/** What would have to be there for the caller to be let through, in words. */
export function neededText(failure: AuthFailure): string {
  switch (failure.kind) {
    case AuthScopeFailureType.AuthScope:
      return scopeText(failure.scope, failure.parameter);
    case AuthScopeFailureType.AllAuthScopes:
    case AuthScopeFailureType.AnyAuthScopes:
      return failure.failures.map(neededText).join(' or ');
    default:
      return 'another key or session';
  }
}

/** One need in words. */
export function scopeText(scope: string, parameter: unknown): string {
  if (scope === 'admin') return 'the administrator’s key';
  if (scope === 'server') return `a partner’s key${parameter === 'ANY' ? '' : ` with the scope ${parameter}`}`;
  return scope === 'write' ? `a partner’s key or session with the scope ${parameter}` : `the scope ${parameter}`;
}

/** What a caller who may not do this is told; nothing about the object itself. */
export function unauthorized({ viewer }: Context, failure: string): GraphQLError {
  if (!viewer) {
    return new GraphQLError('Sign in: send `Authorization: Bearer <API key or session token>`.', {
      extensions: { code: 'UNAUTHENTICATED' },
    });
  }
  return new GraphQLError(`Not allowed: ${failure}`, { extensions: { code: 'FORBIDDEN' } });
}

/** The viewer; only behind an auth scope, which has made sure that there is one. */
export function signedIn({ viewer }: Context): Viewer {
  if (!viewer) throw unauthorized({ viewer } as Context, '');
  return viewer;
}

/** The viewer inside a partner's tenancy; only behind `write` or `server`. */
export function tenant(context: Context): TenantViewer {
  const viewer = signedIn(context);
  if (viewer.kind === 'ADMIN')
    throw unauthorized(context, 'the administrator has no wallets; use a partner’s API key.');
  return viewer;
}

/** The partner's server; only behind `server`. */
export function server(context: Context): PartnerViewer {
  const viewer = tenant(context);
  if (viewer.kind !== 'PARTNER') throw unauthorized(context, 'this is for the partner’s server, not for a session.');
  return viewer;
}

/** May the caller see personal data unmasked? A customer's own data are its own. */
export function seesPersonalData({ viewer }: Context, ownerId: string | null): boolean {
  if (!viewer || viewer.kind === 'ADMIN') return false;
  return viewer.scopes.has('PERSONAL_DATA_READ') || (viewer.kind === 'CUSTOMER' && viewer.customerId === ownerId);
}
