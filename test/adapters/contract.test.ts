import { readdirSync } from 'node:fs'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importMetric, importNotify, importTarget, schemas } from '../../src/adapters/registry.ts'
import { lend } from '../helpers/loan.ts'

const folder = new URL('../../src/adapters/', import.meta.url)
const names = (kind: string): string[] => readdirSync(new URL(kind, folder)).map((file) => file.replace(/\.ts$/, ''))

describe.each(names('targets'))('the target %s', (use) => {
  it('keeps the contract', async () => {
    const adapter = await importTarget(use, '/')
    expect(adapter.options['~standard'].version).toBe(1)
    expect([typeof adapter.read, typeof adapter.write, typeof adapter.byHand]).toEqual(['function', 'function', 'function'])
  })

  it('refuses options it does not know', async () => {
    const { options } = await importTarget(use, '/')
    const result = await options['~standard'].validate({ surprise: true })
    expect(result.issues?.map(({ message }) => message).join()).toContain('surprise')
  })
})

describe.each(names('metrics'))('the metric %s', (use) => {
  it('keeps the contract', async () => {
    const adapter = await importMetric(use, '/')
    expect(adapter.options['~standard'].version).toBe(1)
    expect(typeof adapter.read).toBe('function')
  })

  it('refuses options it does not know', async () => {
    const { options } = await importMetric(use, '/')
    const result = await options['~standard'].validate({ surprise: true })
    expect(result.issues?.map(({ message }) => message).join()).toContain('surprise')
  })
})

describe.each(names('notify'))('the channel %s', (use) => {
  it('keeps the contract', async () => {
    const adapter = await importNotify(use, '/')
    expect(adapter.options['~standard'].version).toBe(1)
    expect(typeof adapter.send).toBe('function')
  })

  it('refuses options it does not know', async () => {
    const { options } = await importNotify(use, '/')
    const result = await options['~standard'].validate({ surprise: true })
    expect(result.issues?.map(({ message }) => message).join()).toContain('surprise')
  })
})

describe('the registry', () => {
  it('is the folder', () => {
    expect(schemas('/').names).toEqual({ target: names('targets'), metric: names('metrics'), notify: names('notify') })
  })

  it.each(['../state/file', 'env-file.ts', 'Env', '__proto__', ''])('does not import %s', async (use) => {
    await expect(importTarget(use, '/nowhere')).rejects.toThrow()
    if (!use.startsWith('.')) expect(await schemas('/nowhere').target(use)).toBeUndefined()
  })

  it("takes a file of the user's own with the same contract", async () => {
    const own = mkdtempSync(join(tmpdir(), 'own-'))
    const source = `export default {
      options: { '~standard': { version: 1, vendor: 'me', validate: (value) => ({ value }) } },
      read: async () => ({ is: 'value', value: 7 }),
    }`
    writeFileSync(join(own, 'mine.mjs'), source)
    const adapter = await importMetric('./mine.mjs', own)
    expect(await adapter.read({}, lend(own))).toEqual({ is: 'value', value: 7 })
    await expect(importNotify('./mine.mjs', own)).rejects.toThrow('./mine.mjs is not an adapter')
  })
})
