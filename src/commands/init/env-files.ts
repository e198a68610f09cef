import { existsSync, readdirSync, readFileSync, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'

/** Larger than any env file a target would accept. */
const LARGEST = 1 << 20
/** Folders in folders: `services/search/config/.env`. */
const DEEPEST = 3
/** A folder that holds more is no project: somebody's home, or all of the machine. */
const MOST_FOLDERS = 500
/** Where things are installed, made, tried or shown: nobody's application reads its switches there. */
const SKIPPED =
  /^(?:\..*|node_modules|bower_components|vendor|venv|site-packages|__.*__|dist|build|out|target|coverage|te?mp|tests?|spec|fixtures|e2e|examples?|samples?|templates?|docs?)$/

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

/**
 * Reads `.env`, `.env.*` and `*.env` of a folder, then of its `deploy`, then of the folders below that have no plan of their
 * own, the nearest first. Samples and examples are no place to write to.
 */
export function readEnvFiles(folder: string): readonly FoundFile[] {
  return foldersIn(folder).flatMap((inside) =>
    envFiles(join(folder, inside)).map((name) => {
      const file = inside === '' ? name : `${inside}/${name}`
      return { file, assignments: textOf(join(folder, file)).split(/\r?\n/).flatMap(assignmentIn) }
    }),
  )
}

function foldersIn(root: string): readonly string[] {
  const found = ['', 'deploy']
  let level = ['']
  for (let depth = 1; depth <= DEEPEST; depth += 1) {
    level = level.flatMap((above) =>
      entriesOf(join(root, above)).flatMap((entry) => (isOurs(root, above, entry) ? below(above, entry) : [])),
    )
    found.push(...level.filter((each) => each !== 'deploy'))
    if (found.length > MOST_FOLDERS) return found.slice(0, 2)
  }
  return found
}

function isOurs(root: string, above: string, entry: Dirent): boolean {
  return entry.isDirectory() && !SKIPPED.test(entry.name) && !existsSync(join(root, below(above, entry), 'rollout.yaml'))
}

function below(above: string, { name }: Dirent): string {
  return above === '' ? name : `${above}/${name}`
}

function envFiles(folder: string): readonly string[] {
  const names = entriesOf(folder).map(({ name }) => name)
  return names.filter(
    (name) => /^\.env(?:\.[\w.-]+)?$|^[\w.-]+\.env$/.test(name) && !/example|sample|template|\.rollout-backup$/.test(name),
  )
}

/** In the order of their names. A folder that may not be entered holds nothing for us. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
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
