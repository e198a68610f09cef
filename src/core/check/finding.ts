import { defined } from '../values/defined.ts'
import { suggest } from '../values/suggest.ts'

/** Something that is wrong with a plan as a whole; the path leads into the document. */
export interface Finding {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint?: string
  readonly severity: 'error' | 'warning'
}

export function error(path: Finding['path'], message: string, hint?: string): Finding {
  return defined({ path, message, severity: 'error', hint })
}

export function warning(path: Finding['path'], message: string, hint?: string): Finding {
  return { ...error(path, message, hint), severity: 'warning' }
}

/** Returns the finding that a name is unknown, `"x" is not a toggle`, with the nearest name that is known. */
export function unknown(path: Finding['path'], name: string, what: string, known: readonly string[]): Finding {
  const near = suggest(name, known)
  return error(
    path,
    `"${name}" is not a ${what}`,
    near === undefined ? (known.length > 0 ? `one of ${known.slice(0, 10).join(', ')}` : `there is none yet`) : `did you mean ${near}?`,
  )
}
