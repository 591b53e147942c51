import SchemaBuilder, { type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { PothosScopeAuthPlugin } from '@pothos/plugin-scope-auth';
import type { GraphQLFieldResolver } from 'graphql';
import type { Scope } from '../db/generated/enums.ts';
import type { Viewer } from '../domain/access/viewer.ts';
import { hasScope } from './access.ts';
import type { Context } from './context.ts';

/**
 * The scope-auth plugin with a shorter way to "yes". Where all that a type and its field ask for are scopes, they are looked for before the
 * plugin's machinery starts, which costs more than most fields of a list. Whoever does not have them goes the plugin's own way and
 * is refused there, in its words.
 */
class QuickScopeAuthPlugin<Types extends SchemaTypes> extends PothosScopeAuthPlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    fieldConfig: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const guarded = super.wrapResolve(resolver, fieldConfig);
    const scopes = guarded === resolver ? null : this.onlyScopes(fieldConfig);
    if (scopes === null) return guarded;
    const quick: typeof resolver = (parent, args, context, info) =>
      hasScopes((context as unknown as Context).viewer, scopes)
        ? resolver(parent, args, context, info)
        : guarded(parent, args, context, info);
    unguarded.set(quick, { resolve: resolver as Unguarded['resolve'], scopes });
    return quick;
  }

  /** The scopes that guard this field, through its type or itself; null when anything else has a say. */
  private onlyScopes({ parentType, pothosOptions }: PothosOutputFieldConfig<Types>): readonly Scope[] | null {
    const type = this.buildCache.getTypeConfig(parentType);
    if (type.kind === 'Object') {
      const interfaces = type.interfaces.map((ref) => this.buildCache.getTypeConfig(ref, 'Interface'));
      if (interfaces.some(({ pothosOptions: options }) => asksForMore(options))) return null;
    } else if (type.kind !== 'Query' && type.kind !== 'Mutation') return null;
    const guards = [type.pothosOptions as object, pothosOptions as object].filter(asksForMore);
    const scopes = guards.map(onlyScope).filter((scope) => scope !== null);
    // no guard that can be seen here is a guard that cannot
    return guards.length > 0 && scopes.length === guards.length ? scopes : null;
  }
}

/** A resolver without its guard, and the scopes that whoever calls it must have. */
export interface Unguarded {
  resolve: GraphQLFieldResolver<unknown, unknown>;
  scopes: readonly Scope[];
}

const unguarded = new WeakMap<object, Unguarded>();

/** What a resolver is behind its guard, where that asks for scopes and nothing else: who has looked for all the scopes of a document need not look at each field. */
export const behindScopes = (resolve: object | undefined): Unguarded | undefined => resolve && unguarded.get(resolve);

/** Has the caller all of these? */
export const hasScopes = (viewer: Viewer | null, scopes: Iterable<Scope>): boolean => {
  for (const scope of scopes) if (!hasScope(viewer, scope)) return false;
  return true;
};

/** What a type or a field may say of who may see it. */
const GUARDS = ['authScopes', 'grantScopes', 'runScopesOnType', 'skipTypeScopes', 'skipInterfaceScopes'] as const;
type Guards = Partial<Record<(typeof GUARDS)[number], unknown>>;

const asksForMore = (options: object): boolean => GUARDS.some((name) => (options as Guards)[name] !== undefined);

/** The one scope that this asks for; null when it asks for anything else. */
function onlyScope(options: object): Scope | null {
  const { authScopes, ...more } = options as Guards;
  if (asksForMore(more) || typeof authScopes !== 'object' || authScopes === null) return null;
  const [entry, ...others] = Object.entries(authScopes);
  return entry?.[0] === 'scope' && others.length === 0 ? (entry[1] as Scope) : null;
}

/** Puts it in the plugin's place. To be called before the schema's builder is made. */
export function useQuickScopes(): void {
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin('scopeAuth', QuickScopeAuthPlugin);
  SchemaBuilder.allowPluginReRegistration = false;
}
