import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from '../../../src/core/values/shell-word.ts'

test.each([
  ['plan.yaml', 'plan.yaml'],
  ['--to=5%', '--to=5%'],
  ['my plan.yaml', "'my plan.yaml'"],
  ["it's", String.raw`'it'\''s'`],
  ['', "''"],
  ['a\n##[b', String.raw`$'a\u000a\u0023\u0023[b'`],
  ["\u001b[2J'\\\u202e", String.raw`$'\u001b[2J\'\\\u202e'`],
])('%j is typed as %s, and a shell reads it back', (word, typed) => {
  expect(shellWord(word)).toBe(typed)
  expect(execFileSync('bash', ['--norc', '-c', `printf %s ${typed}`], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } })).toBe(word)
})
