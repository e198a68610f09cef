import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MUTATIONS } from './mutations.ts'

const root = join(import.meta.dirname, '../..')

it.each(MUTATIONS)('"$name" fits one place of $file', ({ file, find, replace, tests }) => {
  const source = readFileSync(join(root, 'src', file), 'utf8')
  expect(source.split(find).length - 1).toBe(1)
  expect(source.replace(find, () => replace)).not.toBe(source)
  expect(tests.filter((each) => !existsSync(join(root, 'test', `${each}.test.ts`)))).toEqual([])
})
