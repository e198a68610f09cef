import { execFileSync } from 'node:child_process'
import { linkSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { rewriteByHand } from '../../../src/adapters/file/rewrite-by-hand.ts'
import { ownFolder } from '../../helpers/folder.ts'

it('keeps a file the one it is: behind a link, with its other names, and as it was where the program fails', () => {
  const folder = ownFolder('rewrite-by-hand-')
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('real file'), 'a\n')
  linkSync(at('real file'), at('other'))
  symlinkSync('real file', at("it's"))
  const type = (program: string): void => void execFileSync('sh', ['-c', rewriteByHand(program, "it's")], { cwd: folder, stdio: 'ignore' })
  type('tr a b <')
  expect([readFileSync(at('other'), 'utf8'), lstatSync(at("it's")).isSymbolicLink()]).toEqual(['b\n', true])
  expect(readdirSync(folder).toSorted()).toEqual(["it's", 'other', 'real file'])
  expect(() => type('false')).toThrow('Command failed')
  expect(readFileSync(at('other'), 'utf8')).toBe('b\n')
})
