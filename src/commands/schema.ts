import { optionSchemas } from '../adapters/registry.ts'
import { phaseJsonSchema, planJsonSchema } from '../config/json-schema.ts'
import type { Outcome } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'
import { renderTypes } from '../views/types.ts'
import { flag, type Input } from '../session/input.ts'
import { readPlan } from '../session/project.ts'

/** Prints the JSON Schema of rollout.yaml, made from the schemas that check it; or the names of a plan's toggles as types. */
export default async function schema(shell: Shell, input: Input): Promise<Outcome> {
  if (flag(input, 'types')) {
    shell.out.write(renderTypes(await readPlan(shell, input)))
    return 'done'
  }
  const value = flag(input, 'phaseFile') ? phaseJsonSchema() : planJsonSchema(await optionSchemas())
  shell.out.write(`${JSON.stringify(value, null, 2)}\n`)
  return 'done'
}
