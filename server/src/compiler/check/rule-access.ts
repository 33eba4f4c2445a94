import type { Access } from '../syntax/ast.js';
import { extendsBlock } from './lookup.js';
import type { BlockSymbol, Scope } from './symbols.js';

/** Whether code in `scope` may use a member of `owner`. IEC 61131-3:2013, 6.6.5.8 (Table 48 on PUBLIC, PRIVATE, PROTECTED, INTERNAL). */
export function isAccessible(access: Access, owner: BlockSymbol, scope: Scope): boolean {
  switch (access) {
    case 'PUBLIC':
      return true;
    case 'INTERNAL':
      return scope.namespace.join('.') === owner.scope.namespace.join('.');
    case 'PRIVATE':
      return scope.block === owner;
    case 'PROTECTED':
      return scope.block !== undefined && extendsBlock(scope.block, owner);
  }
}
