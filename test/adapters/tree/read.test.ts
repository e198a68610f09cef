import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCode } from '../../../src/adapters/tree/read.ts'
import { ownFolder } from '../../helpers/folder.ts'

it('reads text, and says why it does not read what is none', () => {
  const folder = ownFolder('rollout-read-')
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('a.ts'), 'é')
  writeFileSync(at('a.png'), Buffer.from([0x89, 0x50, 0]))
  writeFileSync(at('wide.ts'), Buffer.from('\uFEFFé', 'utf16le'))
  writeFileSync(at('huge.csv'), '')
  truncateSync(at('huge.csv'), (64 << 20) + 1)
  mkdirSync(at('module'))
  symlinkSync('/etc/passwd', at('link'))
  execFileSync('mkfifo', [at('pipe')])
  expect(readCode(at('a.ts'))).toEqual(Buffer.from('é'))
  expect(['a.png', 'huge.csv', 'wide.ts', 'module', 'link', 'pipe', 'gone', 'a.ts/b'].map((name) => readCode(at(name)))).toEqual([
    'binary',
    'huge',
    'utf16',
    'folder',
    'link',
    'link',
    'gone',
    'gone',
  ])
})
