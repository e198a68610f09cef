import { createReadStream, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { messageOf, RolloutError, type Problem } from '../../core/values/errors.ts'
import type { Attributes } from '../../core/toggle/segment.ts'
import { suggest } from '../../core/values/suggest.ts'
import { LONGEST, wrongId } from '../../core/plan/membership.ts'

/** One line of a file of users. */
export interface User {
  readonly id: string
  readonly attributes: Attributes | undefined
}

/** Nobody reads more problems than this at once. */
const MOST_PROBLEMS = 20
/** Bytes of one line, its attributes included. */
const LONGEST_LINE = 16 * LONGEST
const NEWLINE = 0x0a

/**
 * Reads a file with one id a line, or a CSV (RFC 4180, without line breaks in a field) whose first line names its columns:
 * `id`, and attributes. Told of progress every so many users. Throws `usage` with the first twenty lines that are wrong,
 * and for a file with nobody in it.
 */
export async function* readUsers(path: string, cwd: string): AsyncGenerator<User> {
  const file = basename(path)
  const problems: Problem[] = []
  const complain = (message: string, line: number, hint?: string): void => {
    problems.push({ message, where: { file, line, column: 1 }, ...(hint !== undefined && { hint }) })
    if (problems.length >= MOST_PROBLEMS)
      throw new RolloutError('usage', [...problems, { message: 'and maybe more: only these were looked for' }])
  }
  let columns: readonly string[] | undefined
  let count = 0
  let nth = 0
  for await (const bytes of linesOf(resolve(cwd, path), file)) {
    nth += 1
    const line = text(bytes, nth === 1)
    if (line === undefined) {
      complain('is not UTF-8 text: half a character (a lone surrogate) or another encoding', nth, 'save it as UTF-8')
      continue
    }
    if (nth === 1 && line.includes(',')) {
      columns = columnsOf(line, file)
      continue
    }
    const fields = columns ? fieldsOf(line) : [line.trim()]
    const id = columns ? fields?.[columns.indexOf('id')] : fields?.[0]
    const wrong =
      fields === undefined
        ? 'a quote is never closed'
        : columns && fields.length !== columns.length
          ? `there are ${fields.length} fields, and ${columns.length} columns`
          : wrongId(id ?? '')
    if (wrong !== undefined || id === undefined) complain(wrong ?? 'the id is empty: it is nobody', nth)
    else if (!columns && id.includes(','))
      complain('an id with a comma: is it a CSV without its first line?', nth, 'the first line of a CSV names its columns: id,country')
    else {
      count += 1
      yield { id, attributes: columns && Object.fromEntries(columns.map((column, at) => [column, fields?.[at]])) }
    }
  }
  if (problems.length > 0) throw new RolloutError('usage', problems)
  if (count === 0)
    throw new RolloutError('usage', { message: 'nobody is in it', where: { file }, hint: 'one id a line, or a CSV with a column id' })
}

/** The lines as bytes, without their ends; a last one without its end is one too. */
async function* linesOf(path: string, file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let nth = 0
  const tooLong = (): never => {
    const hint = `a line has at most ${LONGEST_LINE} bytes, an id ${LONGEST} characters`
    throw new RolloutError('usage', { message: `is longer than ${LONGEST_LINE} bytes`, where: { file, line: nth + 1 }, hint })
  }
  try {
    if (statSync(path).isDirectory()) throw new RolloutError('usage', { message: 'is a directory, not a list of users', where: { file } })
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
      if (!Buffer.isBuffer(chunk)) continue
      const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let from = 0
      for (let at = all.indexOf(NEWLINE); at !== -1; at = all.indexOf(NEWLINE, from)) {
        if (at - from > LONGEST_LINE) tooLong()
        yield all.subarray(from, all[at - 1] === 0x0d && at > from ? at - 1 : at)
        nth += 1
        from = at + 1
      }
      rest = all.subarray(from)
      if (rest.length > LONGEST_LINE) tooLong()
    }
    if (rest.length > 0) yield rest
  } catch (thrown) {
    if (thrown instanceof RolloutError) throw thrown
    const isGone = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
    throw new RolloutError(
      'usage',
      { message: isGone ? 'does not exist' : `cannot be read: ${messageOf(thrown)}`, where: { file } },
      { cause: thrown },
    )
  }
}

const strict = new TextDecoder('utf-8', { fatal: true })

function text(bytes: Buffer, isFirst: boolean): string | undefined {
  const line = bytes.toString('utf8')
  if (!line.includes('\ufffd')) return isFirst ? line.replace(/^\ufeff/, '') : line
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

function columnsOf(line: string, file: string): readonly string[] {
  const columns = (fieldsOf(line) ?? []).map((column) => column.trim())
  const where = { file, line: 1, column: 1 }
  const twice = columns.find((column, nth) => columns.indexOf(column) !== nth)
  if (twice !== undefined) throw new RolloutError('usage', { message: `there are two columns "${twice}"`, where })
  if (columns.includes('id')) return columns
  const near = suggest('id', columns)
  const hint = near === undefined ? `it names ${columns.slice(0, 10).join(', ')}` : `is it ${near}? It must be called id`
  throw new RolloutError('usage', { message: 'the first line names no column id', where, hint })
}

/** The fields of a line of CSV; undefined when a quote is never closed. */
function fieldsOf(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(',')
  const fields: string[] = []
  for (let at = 0; at <= line.length;) {
    const [whole, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/.exec(line.slice(at)) ?? []
    if (whole === undefined) return undefined
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    at += whole.length + 1
  }
  return fields
}
