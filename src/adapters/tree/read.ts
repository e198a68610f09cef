import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** No code is longer than this, in bytes. */
const LONGEST = 64 << 20
/** Bytes in which git, too, looks for a NUL to tell binary from text. */
const LOOKED_AT = 8000

/** Bytes of a file of code; or why there are none: `gone`, `folder`, `link` (or anything else that is no file), `binary`, `utf16`, `huge`, `unreadable`. */
export type CodeBytes = Buffer | 'gone' | 'folder' | 'link' | 'binary' | 'utf16' | 'huge' | 'unreadable'

/** Reads one file of a project. No link is followed: it leads out of the project, or to a file that is read in its own place. */
export function readCode(path: string): CodeBytes {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stat = fstatSync(file)
    if (!stat.isFile()) return stat.isDirectory() ? 'folder' : 'link'
    if (stat.size > LONGEST) return 'huge'
    const bytes = Buffer.allocUnsafe(stat.size)
    let length = 0
    for (let got = -1; got !== 0 && length < bytes.length; length += got) got = readSync(file, bytes, length, bytes.length - length, null)
    const text = bytes.subarray(0, length)
    if (/^(?:\xFF\xFE|\xFE\xFF)/.test(text.toString('latin1', 0, 2))) return 'utf16'
    return text.subarray(0, LOOKED_AT).includes(0) ? 'binary' : text
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone'
    return code === 'ELOOP' || code === 'EMLINK' ? 'link' : 'unreadable'
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
