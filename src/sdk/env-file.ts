import { parseEnv, variablesOf } from '../core/toggle/env-text.ts'
import type { Mark } from '../core/toggle/mark.ts'

/** The content of a hot file. */
export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>
  /** Variables that are written twice with different values, or so that readers of env files would not agree. */
  readonly unclear: ReadonlySet<string>
  /**
   * `# rollout:42 of:shop/…`: the change that was written last; of several rollouts one each, `42+7`, in the order of
   * the file.
   */
  readonly epoch: string | undefined
}

/** Reads an env file as the CLI does. The reason when it is none: half a file must never be believed. */
export function parseEnvFile(text: string): EnvFile | string {
  const { lines, problem } = parseEnv(text)
  if (problem !== undefined) return problem
  const held = [...variablesOf(lines)]
  const epochs = new Map<string, number>()
  for (const { mark } of lines) if (mark) epochs.set(ownerOf(mark), Math.max(epochs.get(ownerOf(mark)) ?? 0, mark.epoch))
  return {
    variables: new Map(held.map(([name, { value }]) => [name, value])),
    unclear: new Set(held.flatMap(([name, { unclear }]) => (unclear === undefined ? [] : [name]))),
    epoch: epochs.size === 0 ? undefined : [...epochs.values()].join('+'),
  }
}

function ownerOf({ identity }: Mark): string {
  return identity ? `${identity.name}@${identity.environment ?? ''}` : ''
}
