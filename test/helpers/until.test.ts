import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { ready, until } from './until.ts'

it('returns what was seen at last', async () => {
  let looks = 0
  expect(await until('the third look', () => (looks += 1) === 3 && looks, { every: 1 })).toBe(3)
})

it('names what was waited for, what was thrown last, and what was printed', async () => {
  const look = (): boolean => {
    throw new Error('connection refused')
  }
  await expect(until('the shop answers', look, { every: 1, limit: 20, said: () => 'port in use' })).rejects.toThrow(
    'waited 0.02 s in vain until the shop answers:\nconnection refused\nport in use',
  )
})

it('a server that ends instead of answering is not waited for, and its output is shown', async () => {
  const child = spawn('sh', ['-c', 'echo no such option >&2; exit 3'])
  let said = ''
  child.stderr.on('data', (part: Buffer) => (said += String(part)))
  await expect(ready('shop', child, () => false, { said: () => said })).rejects.toThrow('shop ended with 3:\nno such option')
})
