import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { realClock } from '../../helpers/shell.ts'
import { hasAttributes } from '../../../src/adapters/file/attributes.ts'

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
  const found = await Promise.all(names.map(async (name) => hasAttributes(join(folder, name), realClock())))
  expect(names.filter((_, nth) => found[nth])).toEqual(names.filter((name) => marked.has(name)))
})

it.each([
  ['an attribute of a user', ['setfattr', '-n', 'user.note', '-v', 'a\nb'], true],
  ['an access list, though the group may do nothing', ['setfacl', '-m', 'u:65534:r,m::-'], true],
  ['nothing', ['chmod', '600'], false],
])('sees %s', async (_, [program = '', ...args], expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-list-'))
  const [file, other] = [join(folder, 'web.env'), join(folder, 'other.env')]
  for (const each of [file, other]) writeFileSync(each, 'F=1\n'.repeat(1000))
  execFileSync(
    program,
    [...args, '--', file].filter((each) => each !== '--' || program !== 'chmod'),
  )
  expect(await Promise.all([other, file].map(async (each) => hasAttributes(each, realClock())))).toEqual([false, expected])
})

it.runIf(process.getuid?.() === 0)('counts a label of SELinux only where a new file would have another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-list-'))
  const label = (path: string, text: string): unknown => execFileSync('setfattr', ['-n', 'security.selinux', '-v', text, path])
  const files = ['same', 'other'].map((name) => join(folder, name))
  for (const file of files) writeFileSync(file, '')
  label(folder, 'system_u:object_r:etc_t:s0')
  label(files[0] ?? '', 'unconfined_u:object_r:etc_t:s0')
  label(files[1] ?? '', 'system_u:object_r:shop_t:s0')
  expect(await Promise.all(files.map(async (file) => hasAttributes(file, realClock())))).toEqual([false, true])
})

it('is not led astray by one that is gone, or whose name goes over two lines', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-list-'))
  const [listed, plain, broken] = ['b', 'c', 'a\nb'].map((name) => join(folder, name))
  for (const file of [listed, plain, broken]) writeFileSync(file ?? '', '')
  execFileSync('setfacl', ['-m', 'u:65534:r', '--', listed ?? ''])
  const asked = [join(folder, 'gone'), listed ?? '', plain ?? '', broken ?? '']
  expect(await Promise.all(asked.map(async (file) => hasAttributes(file, realClock())))).toEqual([false, true, false, false])
})
