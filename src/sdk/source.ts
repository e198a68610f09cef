import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { parseEnvFile, type EnvFile } from './env-file.ts'
import { openHotFile, type HotFile } from './hot-file.ts'
import type { Problems } from './problems.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The variables: those of the hot file, and behind them those of the environment as it was at the start. */
export interface EnvSource {
  get(name: string): string | undefined
  /** Whether readers would not agree on the variable. */
  isUnclear(name: string): boolean
  names(): ReadonlySet<string>
  /**
   * The ids of a file with one id a line, relative to the folder of the hot file; undefined when it was never readable.
   */
  list(path: string): ReadonlySet<string> | undefined
  /** Changes with the content of the file: `list` may answer something else then. */
  listVersion(path: string): number
  generation(): string
  isStale(): boolean
  isWatching(): boolean
  isUnsure(): boolean
  /** Reads what may have changed; whether something has. */
  look(believe?: boolean): boolean
}

type Content = EnvFile & { readonly digest: string }

interface List {
  readonly file: HotFile<ReadonlySet<string>>
  version: number
}

export function openSource(env: Environment, path: string | undefined, { tell, isOver }: Problems): EnvSource {
  const environment = new Map(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, unquoted(value)] as const])),
  )
  // Once, so that an application that changes its folder later still reads this file.
  const hot = path === undefined || path === '' ? undefined : resolve(path)
  const file = hot === undefined ? undefined : openHotFile<Content>(hot, { parse, lacks })
  const lists = new Map<string, List>()

  const read = <Any>(at: string, each: HotFile<Any>, believe?: boolean): boolean => {
    const hasChanged = each.look(believe)
    if (each.problem === undefined) isOver(at)
    else
      tell(
        at,
        `${at} is not read, ${each.content === undefined ? 'there is no earlier content' : 'the last good content stays'}: ${each.problem}`,
      )
    return hasChanged
  }
  const listAt = (at: string): List => {
    const known = lists.get(at)
    if (known) return known
    const opened = {
      file: openHotFile(at, { parse: parseList, lacks: (next, last) => (next.size < last.size ? 'some' : 'none') }),
      version: 0,
    }
    lists.set(at, opened)
    read(at, opened.file)
    return opened
  }
  const place = (given: string): string => resolve(hot === undefined ? '.' : dirname(hot), given)

  if (hot !== undefined && file) read(hot, file)
  return {
    get: (name) => file?.content?.variables.get(name) ?? environment.get(name),
    isUnclear: (name) => file?.content?.unclear.has(name) ?? false,
    names: () => new Set([...environment.keys(), ...(file?.content?.variables.keys() ?? [])]),
    list: (given) => listAt(place(given)).file.content,
    listVersion: (given) => lists.get(place(given))?.version ?? 0,
    generation: () => generationOf(file?.content),
    isStale: () => file?.problem !== undefined || [...lists.values()].some((list) => list.file.problem !== undefined),
    isWatching: () => file !== undefined || lists.size > 0,
    isUnsure: () => (file?.isUnsure ?? false) || [...lists.values()].some((list) => list.file.isUnsure),
    look: (believe) => {
      let hasChanged = hot !== undefined && file !== undefined && read(hot, file, believe)
      for (const [at, list] of lists) {
        if (!read(at, list.file, believe)) continue
        list.version += 1
        hasChanged = true
      }
      return hasChanged
    },
  }
}

/** docker and kubectl hand over the quotes that stand around a value in an env file, which others need. */
function unquoted(value: string): string {
  return /^(?:"[^"]*"|'[^']*')$/.test(value) ? value.slice(1, -1) : value
}

function parse(text: string): Content | string {
  const parsed = parseEnvFile(text)
  return typeof parsed === 'string' ? parsed : { ...parsed, digest: createHash('sha256').update(text).digest('hex').slice(0, 12) }
}

/** A name that was there is gone, or the mark: that is how a file looks that is being written. */
function lacks(next: EnvFile, last: EnvFile): 'none' | 'some' | 'all' {
  const gone = [...last.variables.keys()].filter((name) => !next.variables.has(name))
  if (gone.length > 0) return next.variables.size === 0 ? 'all' : 'some'
  return last.epoch !== undefined && next.epoch === undefined ? 'some' : 'none'
}

function parseList(text: string): ReadonlySet<string> | string {
  if (text.includes('\0')) return 'it is not text'
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  return new Set(lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')))
}

function generationOf(content: Content | undefined): string {
  return content === undefined ? 'environment' : (content.epoch ?? `content:${content.digest}`)
}
