import { optionSchemas } from '../adapters/registry.ts'
import { phaseJsonSchema, planJsonSchema } from '../config/json-schema.ts'
import { readPlan } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { renderTypes } from '../views/types.ts'
import type { ValuesOf } from './table.ts'

/** Prints the JSON Schema of rollout.yaml, made from the schemas that check it; or the names of a plan's toggles as types. */
export default async function schema(session: Session<ValuesOf<'schema'>>): Promise<VerbAnswer> {
  const { types, phaseFile } = session.options
  if (types) {
    const declaration = renderTypes(await readPlan(session))
    return { outcome: 'done', kind: 'types', value: { declaration }, text: () => declaration }
  }
  const value = phaseFile ? phaseJsonSchema() : planJsonSchema(await optionSchemas())
  return { outcome: 'done', kind: 'schema', value: { schema: value }, text: () => `${JSON.stringify(value, null, 2)}\n` }
}
