import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BUGS } from './bugs.ts'

it.each(BUGS)('"$name" fits one place of $file', ({ file, find }) => {
  const source = readFileSync(join(import.meta.dirname, '../../src', file), 'utf8')
  expect(source.split(find).length - 1).toBe(1)
})
