import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** A file that is read again when it changes; the last good content stays. */
export interface HotFile<Content> {
  /** Undefined when nothing good was ever read. */
  readonly content: Content | undefined
  /** Why the newest content is not in force; undefined when it is. */
  readonly problem: string | undefined
  /** Whether what was read last may be half a file: look again soon. */
  readonly isUnsure: boolean
  /**
   * Reads the file if it may have changed; whether the content is another now. `believe`: even if it may be half a
   * file.
   */
  look(believe?: boolean): boolean
}

interface Reading<Content> {
  /** The content, or why it is none. */
  readonly parse: (text: string) => Content | string
  /** What it lacks of what the last good one had: with `some` it may be half a file, with `all` it is none. */
  readonly lacks: (next: Content, last: Content) => 'none' | 'some' | 'all'
}

/** Bytes. A toggle file of this size is a mistake. */
const LIMIT = 16 * 2 ** 20

/**
 * Opens by name at every look, so that a file that was replaced, and a symbolic link somewhere on the way that was
 * (Kubernetes swaps `..data`), is seen. Whatever changed is read twice: a timestamp tells two writes apart only when
 * some time passed between them. A content without a last line end, or that lacks something, must be found the same
 * twice before it is believed: a file written in place is seen half written.
 */
export function openHotFile<Content>(path: string, { parse, lacks }: Reading<Content>): HotFile<Content> {
  let content: Content | undefined
  let good: string | undefined
  let seen: string | undefined
  let settled = ''
  let problem: string | undefined
  let isUnsure = false

  const look = (believe = false): boolean => {
    isUnsure = false
    const read = readUnless(path, settled)
    if (read === 'same') return false
    if ('problem' in read) {
      settled = ''
      seen = undefined
      problem = read.problem
      return false
    }
    const isAgain = read.text === seen
    settled = isAgain ? read.version : ''
    seen = read.text
    if (read.text === good) {
      problem = undefined
      return false
    }
    const next = parse(read.text)
    if (typeof next === 'string') {
      problem = next
      return false
    }
    const lack = content === undefined ? 'none' : lacks(next, content)
    if (lack === 'all') {
      problem = 'it is empty'
      return false
    }
    const isDoubtful = content !== undefined && (lack === 'some' || !read.text.endsWith('\n'))
    if (isDoubtful && !isAgain && !believe) {
      isUnsure = true
      return false
    }
    content = next
    good = read.text
    problem = undefined
    return true
  }

  return {
    get content() {
      return content
    },
    get problem() {
      return problem
    },
    get isUnsure() {
      return isUnsure
    },
    look,
  }
}

type Read = 'same' | { readonly text: string; readonly version: string } | { readonly problem: string }

function readUnless(path: string, version: string): Read {
  let file: number | undefined
  try {
    // Without O_NONBLOCK a named pipe would hold up the whole application.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = fstatSync(file, { bigint: true })
    const { dev, ino, size, mtimeNs, ctimeNs } = stat
    if (!stat.isFile()) return { problem: 'it is not a regular file' }
    const now = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
    if (now === version) return 'same'
    if (size > LIMIT) return { problem: `it has ${size} bytes, more than ${LIMIT}` }
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file)), version: now }
  } catch (thrown) {
    return { problem: thrown instanceof TypeError ? 'it is not UTF-8' : thrown instanceof Error ? thrown.message : String(thrown) }
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
