import { statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { RolloutError, type Problem } from '../core/values/errors.ts'
import type { Path } from './place.ts'
import type { PlanFile } from './schema.ts'
import { ID, ID_HINT } from './segments.ts'
import { readText } from './read-text.ts'

/** More than a variable holds. */
const LARGEST = 128 * 1024
const MOST = 20

/** A list of a toggle or a segment that is in a file of its own, and where the plan names it. */
interface Named {
  readonly file: string
  readonly path: Path
}

export interface Lists {
  /** As named in the plan → its ids. */
  readonly ids: ReadonlyMap<string, readonly string[]>
  readonly sources: readonly { readonly name: string; readonly text: string }[]
  readonly problems: readonly Problem[]
}

/** Reads every list a plan names. Never throws what the user can mend. */
export function readLists(plan: Pick<PlanFile, 'toggles' | 'segments'>, folder: string, place: (path: Path) => Problem['where']): Lists {
  const ids = new Map<string, readonly string[]>()
  const sources: { name: string; text: string }[] = []
  const problems: Problem[] = []
  for (const { file, path } of named(plan)) {
    if (ids.has(file)) continue
    ids.set(file, [])
    const where = place(path)
    const complain = (message: string, hint?: string): void =>
      void problems.push({ message: `${file} ${message}`, ...(where && { where }), ...(hint !== undefined && { hint }) })
    const name = relative(folder, resolve(folder, file))
    if (name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)) {
      complain("lies outside the plan's folder", 'a list stands beside its plan')
      continue
    }
    try {
      if ((statSync(resolve(folder, file), { throwIfNoEntry: false })?.size ?? 0) > LARGEST) {
        complain('is larger than 128 KB: a variable cannot hold it', 'a segment with a rule over an attribute')
        continue
      }
      const text = readText(resolve(folder, file), name)
      const read = parseList(text, name)
      ids.set(file, read.ids)
      sources.push({ name, text })
      problems.push(...read.problems)
    } catch (thrown) {
      if (!(thrown instanceof RolloutError)) throw thrown
      // That it does not exist is shown where the plan names it, and no plan is to be written instead.
      for (const { message } of thrown.problems) complain(message)
    }
  }
  return { ids, sources, problems }
}

function named({ toggles, segments = {} }: Pick<PlanFile, 'toggles' | 'segments'>): readonly Named[] {
  return Object.entries({ toggles, segments }).flatMap(([kind, each]) =>
    Object.entries(each).flatMap(([name, owner]) =>
      (['allow', 'deny'] as const).flatMap((key): readonly Named[] => {
        const list = owner[key]
        return list === undefined || !('file' in list) ? [] : [{ file: list.file, path: [kind, name, key, 'file'] }]
      }),
    ),
  )
}

/** One id a line, as the SDK reads such a file: blank lines and what begins with # do not count. */
function parseList(text: string, name: string): { readonly ids: readonly string[]; readonly problems: readonly Problem[] } {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, nth) => ({ id: line.trim(), where: { file: name, line: nth + 1, column: line.search(/\S|$/) + 1 } }))
    .filter(({ id }) => id !== '' && !id.startsWith('#'))
  const wrong = lines.filter(({ id }) => !ID.test(id) || id.length > 1000)
  const problems = wrong.slice(0, MOST).map(({ id, where }): Problem => {
    const shown = JSON.stringify(id.length > 60 ? `${id.slice(0, 57)}…` : id)
    return { message: `${shown} cannot be an id in a list`, where, hint: id.length > 1000 ? 'an id has at most 1000 characters' : ID_HINT }
  })
  return { ids: lines.map(({ id }) => id), problems }
}
