import SchemaBuilder, { type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { PothosScopeAuthPlugin } from '@pothos/plugin-scope-auth';
import type { GraphQLFieldResolver } from 'graphql';
import type { Scope } from '../db/generated/enums.ts';
import { hasScope } from './access.ts';
import type { Context } from './context.ts';

/**
 * The scope-auth plugin with a shorter way to "yes". Where all that a type and its field ask for is one scope, it is looked for before the
 * plugin's machinery starts, which costs more than most fields of a list. Whoever does not have the scope goes the plugin's own way and
 * is refused there, in its words.
 */
class QuickScopeAuthPlugin<Types extends SchemaTypes> extends PothosScopeAuthPlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    fieldConfig: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const guarded = super.wrapResolve(resolver, fieldConfig);
    const scope = guarded === resolver ? null : this.onlyScope(fieldConfig);
    if (scope === null) return guarded;
    return (parent, args, context, info) =>
      hasScope((context as unknown as Context).viewer, scope)
        ? resolver(parent, args, context, info)
        : guarded(parent, args, context, info);
  }

  /** The one scope that guards this field, through its type; null when anything else has a say. */
  private onlyScope({ parentType, pothosOptions }: PothosOutputFieldConfig<Types>): Scope | null {
    const type = this.buildCache.getTypeConfig(parentType);
    if (type.kind !== 'Object' || asksForMore(pothosOptions)) return null;
    const interfaces = type.interfaces.map((ref) => this.buildCache.getTypeConfig(ref, 'Interface'));
    if (interfaces.some(({ pothosOptions: options }) => asksForMore(options))) return null;
    const { authScopes, grantScopes } = type.pothosOptions as Guards;
    if (grantScopes !== undefined || typeof authScopes !== 'object' || authScopes === null) return null;
    const [entry, ...others] = Object.entries(authScopes);
    return entry?.[0] === 'scope' && others.length === 0 ? (entry[1] as Scope) : null;
  }
}

interface Guards {
  authScopes?: unknown;
  grantScopes?: unknown;
}

const asksForMore = (options: unknown): boolean => {
  const { authScopes, grantScopes } = options as Guards;
  return authScopes !== undefined || grantScopes !== undefined;
};

/** Puts it in the plugin's place. To be called before the schema's builder is made. */
export function useQuickScopes(): void {
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin('scopeAuth', QuickScopeAuthPlugin);
  SchemaBuilder.allowPluginReRegistration = false;
}
