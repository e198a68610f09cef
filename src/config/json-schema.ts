import { z } from 'zod'
import { kinds, type Kind } from '../core/ports.ts'
import { COMMON_SHAPES, phaseSchema, planSchema } from './schema.ts'

/** The adapters that `use` may name, by kind, each with the zod schema of its options. */
export type AdapterSchemas = { readonly [kind in Kind]: Readonly<Record<string, unknown>> }

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

type JsonSchema = { [key: string]: unknown }

/** Returns the JSON Schema (draft 2020-12) of rollout.yaml, made from the very schemas that check it, adapters' options included. */
export function planJsonSchema(adapters: AdapterSchemas): JsonSchema {
  const schema = toJson(planSchema)
  const properties = child(schema, 'properties')
  const described = (key: string, value: JsonSchema): JsonSchema => ({ ...pick(child(properties, key), 'description'), ...value })
  const filled = kinds().map((kind) => {
    const common = child(toJson(z.object(COMMON_SHAPES[kind])), 'properties')
    return [kind, described(kind, variants(adapters[kind], common))] as const
  })
  return { ...schema, $schema: DRAFT, properties: { ...properties, ...Object.fromEntries(filled) } }
}

/** Returns the JSON Schema (draft 2020-12) of a phase's own file. */
export function phaseJsonSchema(): JsonSchema {
  return { ...toJson(phaseSchema), $schema: DRAFT }
}

/** Returns one alternative per adapter, and one for files of the user's own. */
function variants(adapters: Readonly<Record<string, unknown>>, common: JsonSchema): JsonSchema {
  const known = Object.entries(adapters).map(([use, schema]) => {
    const own = isZod(schema) ? toJson(schema) : {}
    const required = Array.isArray(own['required']) ? own['required'] : []
    return {
      type: 'object',
      properties: { ...common, ...child(own, 'properties'), use: { const: use } },
      required: ['use', ...required],
      additionalProperties: false,
    }
  })
  const mine = { type: 'object', properties: { ...common, use: { type: 'string', pattern: '^[./]' } }, required: ['use'] }
  return { type: 'object', additionalProperties: { anyOf: [...known, mine] } }
}

function toJson(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const own = z.globalRegistry.get(zodSchema)?.['override']
      if (typeof own !== 'object' || own === null) return
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key)
      Object.assign(jsonSchema, own)
    },
  })
}

function child(schema: JsonSchema, key: string): JsonSchema {
  const found = schema[key]
  return typeof found === 'object' && found !== null ? { ...found } : {}
}

function pick(schema: JsonSchema, key: string): JsonSchema {
  return schema[key] === undefined ? {} : { [key]: schema[key] }
}

function isZod(schema: unknown): schema is z.ZodType {
  return typeof schema === 'object' && schema !== null && '_zod' in schema
}
