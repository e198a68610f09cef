import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const FOLDERS = ['.', 'deploy']
/** Larger than any env file a target would accept. */
const LARGEST = 1 << 20

/** An env file and what it assigns, in the order of its lines. */
export interface FoundFile {
  /** Relative to the folder. */
  readonly file: string
  readonly assignments: readonly Assignment[]
}

interface Assignment {
  readonly name: string
  /** Without its quotes. */
  readonly value: string
}

/** Reads `.env`, `.env.*`, `*.env` and `deploy/*.env`. Samples and examples are no place to write to. */
export function readEnvFiles(folder: string): readonly FoundFile[] {
  const files = FOLDERS.flatMap((inside) => envFiles(join(folder, inside)).map((name) => (inside === '.' ? name : `${inside}/${name}`)))
  return files.map((file) => ({ file, assignments: textOf(join(folder, file)).split(/\r?\n/).flatMap(assignmentIn) }))
}

function envFiles(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^\.env(?:\.[\w.-]+)?$|^[\w.-]+\.env$/.test(name))
    return names.filter((name) => !/example|sample|template|\.rollout-backup$/.test(name)).toSorted()
  } catch {
    return []
  }
}

function textOf(file: string): string {
  try {
    const stat = statSync(file)
    return stat.isFile() && stat.size <= LARGEST ? readFileSync(file, 'utf8') : ''
  } catch {
    return ''
  }
}

/** Words and addresses on one line; whatever is written otherwise is neither a toggle nor a port. */
function assignmentIn(line: string): readonly Assignment[] {
  const [, name, , value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(["']?)([^\s"'#]*)\2\s*(?:#.*)?$/.exec(line) ?? []
  return name === undefined || value === undefined ? [] : [{ name, value }]
}
