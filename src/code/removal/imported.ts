import { type CodeNode } from '../javascript.ts'
import { nameIn, type Scopes } from './scopes.ts'
import { propertyOf, sourceOf, unwrapped } from './shape.ts'
import type { ToggleEnd } from './toggle-end.ts'

/** Returns what an imported name is, or one of a module that is imported whole, where that is a constant of another file now. */
export function importedConstant(node: CodeNode, scopes: Scopes, { imports }: ToggleEnd): boolean | undefined {
  const member = propertyOf(node)
  const name = member === undefined ? node : unwrapped(node['object'])
  if (!imports || name?.type !== 'Identifier') return undefined
  const [specifier, statement] = scopes.of(name)?.declarations[0]?.around ?? []
  const isWhole = specifier?.type === 'ImportNamespaceSpecifier'
  if (!specifier || isWhole !== (member !== undefined) || !/^Import\w*Specifier$/.test(specifier.type)) return undefined
  const key = member ?? (specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameIn(specifier['imported']))
  return imports(sourceOf(statement))?.get(key)
}

/** Returns the file that a relative import names, as bundlers and compilers find it; undefined for any other, or where there is none. */
export function importedFile(from: string, source: string, isFile: (path: string) => boolean): string | undefined {
  if (!/^\.{1,2}(?:\/|$)/.test(source)) return undefined
  const parts = from.split('/').slice(0, -1)
  for (const part of source.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '.' && part !== '') parts.push(part)
  }
  const path = parts.join('/')
  const typed = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  const folder = path === '' ? 'index' : `${path}/index`
  return [
    path,
    typed,
    path.replace(/\.jsx?$/, '.tsx'),
    ...ENDINGS.map((each) => path + each),
    ...ENDINGS.map((each) => folder + each),
  ].find(isFile)
}

const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']
