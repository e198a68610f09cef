import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeTree } from '../../../src/adapters/tree/write.ts'
import { ownFolder } from '../../helpers/folder.ts'

function twoFiles() {
  const folder = ownFolder('rollout-write-')
  const [one, two] = [join(folder, 'one.sh'), join(folder, 'two')]
  writeFileSync(one, '\uFEFFone\r\n')
  chmodSync(one, 0o750)
  writeFileSync(two, 'two')
  chmodSync(two, 0o775)
  return { one, two }
}

it('writes and takes away, and makes everything as it was', () => {
  const { one, two } = twoFiles()
  const restore = writeTree([{ path: one, after: '1' }, { path: two }])
  expect(readFileSync(one, 'utf8')).toBe('1')
  expect(statSync(one).mode & 0o777).toBe(0o750)
  expect(existsSync(two)).toBe(false)
  restore()
  expect(readFileSync(one, 'utf8')).toBe('\uFEFFone\r\n')
  expect(readFileSync(two, 'utf8')).toBe('two')
  expect(statSync(two).mode & 0o777).toBe(0o775)
})

it('leaves everything as it was where one cannot be written', () => {
  const { one, two } = twoFiles()
  const files = [{ path: one, after: '1' }, { path: two }, { path: '/proc/version', after: 'x' }]
  expect(() => writeTree(files)).toThrow('/proc/version cannot be written')
  expect(readFileSync(one, 'utf8')).toBe('\uFEFFone\r\n')
  expect(readFileSync(two, 'utf8')).toBe('two')
})
