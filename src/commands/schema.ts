import { schemas } from '../adapters/registry.ts'
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
  const { names, target, metric, notify } = schemas(shell.cwd)
  const targets = Object.fromEntries(await Promise.all(names.target.map(async (name) => [name, await target(name)] as const)))
  const metrics = Object.fromEntries(await Promise.all(names.metric.map(async (name) => [name, await metric(name)] as const)))
  const channels = Object.fromEntries(await Promise.all(names.notify.map(async (name) => [name, await notify(name)] as const)))
  const value = flag(input, 'phaseFile') ? phaseJsonSchema() : planJsonSchema({ targets, metrics, notify: channels })
  shell.out.write(`${JSON.stringify(value, null, 2)}\n`)
  return 'done'
}
