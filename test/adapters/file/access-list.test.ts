import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { realClock } from '../../helpers/shell.ts'
import { hasAccessList } from '../../../src/adapters/file/access-list.ts'

it('tells which of many files that are asked about at once have one, whatever they are called', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-list-'))
  const names = [
    'z.env',
    'a b.env',
    'B.env',
    'ä.env',
    'a.env',
    '𝒳.env',
    '\uFF5E.env',
    '-l',
    'x +.env',
    ...Array.from({ length: 600 }, (_, nth) => `t${nth}`),
  ]
  const marked = new Set(['a b.env', '\uFF5E.env', 't7', 't599'])
  for (const name of names) writeFileSync(join(folder, name), '')
  execFileSync('setfacl', ['-m', 'u:65534:r', '--', ...[...marked].map((name) => join(folder, name))])
  const found = await Promise.all(names.map(async (name) => hasAccessList(join(folder, name), realClock())))
  expect(names.filter((_, nth) => found[nth])).toEqual(names.filter((name) => marked.has(name)))
})

it('is not led astray by one that is gone, or whose name goes over two lines', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-list-'))
  const [listed, plain, broken] = ['b', 'c', 'a\nb'].map((name) => join(folder, name))
  for (const file of [listed, plain, broken]) writeFileSync(file ?? '', '')
  execFileSync('setfacl', ['-m', 'u:65534:r', '--', listed ?? ''])
  const asked = [join(folder, 'gone'), listed ?? '', plain ?? '', broken ?? '']
  expect(await Promise.all(asked.map(async (file) => hasAccessList(file, realClock())))).toEqual([false, true, false, false])
})
