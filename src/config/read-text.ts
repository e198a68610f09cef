import { readFileSync, statSync } from 'node:fs'
import { messageOf, RolloutError } from '../core/values/errors.ts'

const LARGEST = 1024 * 1024

/** Reads a file's text. Throws `config` when it is missing, a directory, unreadable, too large or not UTF-8. */
export function readText(path: string, name: string): string {
  const stop = (message: string, hint?: string): never => {
    throw new RolloutError('config', { message, where: { file: name }, ...(hint !== undefined && { hint }) })
  }
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) return stop('is a directory, not a plan', 'name the file itself')
    if (!stat.isFile()) return stop('is not a regular file')
    if (stat.size > LARGEST) return stop(`is ${Math.round(stat.size / 1024)} KB; a plan has at most ${LARGEST / 1024} KB`)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
  } catch (thrown) {
    if (thrown instanceof RolloutError) throw thrown
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : ''
    if (code === 'ENOENT') return stop('does not exist', 'rollout init writes a small plan')
    if (code === 'EACCES') return stop('may not be read by this user')
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return stop('is not UTF-8 text', 'save it as UTF-8')
    return stop(`cannot be read: ${messageOf(thrown)}`)
  }
}
