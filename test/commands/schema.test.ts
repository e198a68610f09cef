import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { adaptersIn } from '../../src/adapters/registry.ts'
import { kinds } from '../../src/core/ports.ts'
import { fakeShell } from '../helpers/shell.ts'

interface JsonSchema {
  readonly $schema?: string
  readonly properties?: Record<string, JsonSchema>
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: JsonSchema[]
  readonly const?: unknown
  readonly required?: string[]
  readonly description?: string
}

async function printed(...argv: readonly string[]): Promise<JsonSchema> {
  const shell = fakeShell()
  expect(await shell.run('schema', ...argv)).toBe('done')
  expect(shell.printed.err).toBe('')
  return shell.json()
}

const variant = (schema: JsonSchema, kind: string, use: string) => {
  const { additionalProperties: inner } = schema.properties?.[kind] ?? {}
  return typeof inner === 'object' ? inner.anyOf?.find(({ properties }) => properties?.['use']?.const === use) : undefined
}

describe('schema', () => {
  it('is strict JSON Schema of the plan, and needs no plan', async () => {
    const schema = await printed()
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema.additionalProperties).toBe(false)
    expect(schema.required).toEqual(expect.arrayContaining(['version', 'name', 'toggles', 'targets', 'phases']))
  })

  it('knows every key of the plan that ships', async () => {
    const schema = await printed()
    const plan: object = parse(readFileSync(new URL('../../rollout.yaml', import.meta.url), 'utf8'))
    expect(Object.keys(plan).filter((key) => schema.properties?.[key] === undefined)).toEqual([])
  })

  it('knows the options of every adapter', async () => {
    const schema = await printed()
    const { names } = adaptersIn('/')
    for (const kind of kinds()) {
      for (const use of names(kind)) {
        const found = variant(schema, kind, use)
        expect(found?.additionalProperties, `${kind} ${use}`).toBe(false)
        expect(Object.keys(found?.properties ?? {}).length, `${kind} ${use}`).toBeGreaterThan(1)
        expect(found?.required, `${kind} ${use}`).toContain('use')
      }
    }
    expect(variant(schema, 'targets', 'env-file')?.properties?.['path']?.description).toBe('The env file, relative to the plan')
    expect(variant(schema, 'targets', 'env-file')?.required).toContain('path')
    expect(variant(schema, 'metrics', 'prometheus')?.properties?.['minSamples']?.description).toContain('Requests needed')
  })

  it('is of a phase file with --phase-file', async () => {
    const schema = await printed('--phase-file')
    const phase: object = parse(readFileSync(new URL('../../phases/2-core-features.yaml', import.meta.url), 'utf8'))
    expect(schema.additionalProperties).toBe(false)
    expect(Object.keys(phase).filter((key) => schema.properties?.[key] === undefined)).toEqual([])
    expect(schema.properties?.['targets']).toBeUndefined()
  })

  it('takes no argument', async () => {
    expect(await fakeShell().run('schema', 'extra')).toBe('usage')
  })
})
