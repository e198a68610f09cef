import { resolveReferences } from '../core/plan/reference.ts'
import type { Schema } from '../core/ports.ts'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Json } from '../core/values/json.ts'
import { redactor } from '../core/values/redact.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Resolves to an adapter's options with every reference answered, and what keeps the answers out of messages. Throws `config`. */
export async function prepare(
  place: string,
  schema: Schema<unknown>,
  raw: { readonly [key: string]: Json },
  { env }: { readonly env: Env },
) {
  const { value, secrets, unresolved } = resolveReferences(raw, env)
  const redact = redacting(new Map([...passed(value, env), ...secrets]))
  // With nothing in its place an option would still fit, and mean something else: `${DIR}/web.env` is then /web.env.
  if (unresolved.length > 0)
    throw new RolloutError(
      'config',
      unresolved.map(({ path, name }) => ({
        message: `${place}: ${name} is not set`,
        where: { path: pathOf(place, path) },
        hint: `set it, or write \${${name}:-default}`,
      })),
    )
  const result = await schema['~standard'].validate(value)
  if (result.issues) {
    throw new RolloutError(
      'config',
      result.issues.map((issue) => ({ message: redact.text(`${place}: ${issue.message}`), where: { path: pathOf(place, issue.path) } })),
    )
  }
  return { options: result.value, redact }
}

type IssuePath = readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined

function pathOf(place: string, path: IssuePath): string {
  return [place, ...(path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))].join('.')
}

/** Variables a command may see are its own to print; what is shorter says nothing. */
const SHORTEST = 6

function passed({ pass }: { readonly [key: string]: Json }, env: Env): readonly (readonly [value: string, reference: string])[] {
  return (Array.isArray(pass) ? pass : []).flatMap((name: Json) => {
    if (typeof name !== 'string') return []
    const value = env[name]
    return value !== undefined && value.length >= SHORTEST ? [[value, `\${${name}}`] as const] : []
  })
}

/** Keeps what came from the environment out of messages and errors. */
function redacting(secrets: ReadonlyMap<string, string>) {
  const text = redactor(secrets)
  const error = (thrown: unknown): unknown => {
    if (thrown instanceof RolloutError) {
      const problems = thrown.problems.map((problem) => ({
        ...problem,
        message: text(problem.message),
        ...(problem.hint && { hint: text(problem.hint) }),
      }))
      return new RolloutError(thrown.code, problems)
    }
    return new Error(text(messageOf(thrown)))
  }
  return Object.assign(error, { text })
}
