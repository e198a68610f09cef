import type { KeptSide } from '../core/policy/removable.ts'
import type { Reference } from '../core/report/reference.ts'
import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** A place that a removal leaves to people. */
export interface LeftReference extends Pick<Reference, 'file' | 'line' | 'column' | 'code'> {
  readonly why: string
}

/** Why a place is left that no program reads. */
export const TEXT_ALONE = 'a comment, or text for people'

/** Returns the places with which the toggle is not gone. */
export function placesLeft({ left }: Pick<Removal, 'left'>): readonly LeftReference[] {
  return left.filter(({ why }) => why !== TEXT_ALONE)
}

/** What a removal did, or would do. */
export interface Removal {
  readonly toggle: string
  readonly keep: KeptSide
  /** Whether the files are written. */
  readonly applied: boolean
  readonly files: readonly { readonly file: string; readonly added: number; readonly removed: number; readonly deleted?: true }[]
  readonly left: readonly LeftReference[]
  readonly tests: readonly Reference[]
  /** The command that was run before and after; absent where the plan names none, or nothing was written. */
  readonly check?: readonly string[]
  readonly branch?: string
  /** Where the branch can be asked for. */
  readonly link?: string
  readonly patch: string
}

/** Renders what becomes of a toggle: what people have to look at first, and the patch, which `git apply` takes with the rest. */
export function renderRemoval(removal: Removal, stream: Stream): string {
  const color = paint(stream)
  const { toggle, keep, applied, files, left, tests, check, branch, link, patch } = removal
  const [added, removed] = [files.reduce((sum, each) => sum + each.added, 0), files.reduce((sum, each) => sum + each.removed, 0)]
  const places = placesLeft(removal).length
  const rest = places === 0 ? '' : ` but for ${places} ${places === 1 ? 'place' : 'places'}`
  const mark = applied ? (places === 0 ? color.green('✓') : color.yellow('!')) : '·'
  const what =
    files.length === 0 ? 'nothing is to be changed' : `${files.length} ${files.length === 1 ? 'file' : 'files'}, +${added} −${removed}`
  const proof = check
    ? `, and ${clean(check.join(' '))} passes as before`
    : applied
      ? '; nothing was run: cleanup: { check: [npm, test] } in the plan'
      : ''
  const lines = [
    `${mark} ${clean(toggle)} ${applied ? 'is gone' : 'would go'}${rest}, ${keep} stays: ${what}${proof}`,
    ...(branch === undefined ? [] : [`  on branch ${clean(branch)}${link === undefined ? '' : `: ${clean(link)}`}`]),
    ...section('Left to people:', left, (each) => each.why),
    ...section('Tests that name it, not touched:', tests, ({ role }) => role),
  ]
  return `${lines.join('\n')}\n${patch === '' ? '' : `\n${colored(patch, stream)}`}`

  function section<Of extends LeftReference | Reference>(
    title: string,
    places: readonly Of[],
    why: (place: Of) => string,
  ): readonly string[] {
    if (places.length === 0) return []
    const rows = places.map((each) => ({ at: `${each.file}:${each.line}:${each.column}`, why: why(each), code: each.code }))
    const [wide, wider] = [Math.max(...rows.map(({ at }) => at.length)), Math.max(...rows.map((row) => row.why.length))]
    return [
      `  ${title}`,
      ...rows.map((row) => `    ${clean(row.at).padEnd(wide)}  ${clean(row.why).padEnd(wider)}  ${color.dim(clean(row.code))}`.trimEnd()),
    ]
  }
}

/** Text of files may command a terminal; in a patch that is applied it has to be as it is. */
function colored(patch: string, stream: Stream): string {
  if (!stream.tty) return patch
  const color = paint(stream)
  const lines = patch.split('\n').map((line) => {
    const text = line === '' ? '' : clean(line)
    return line.startsWith('+') ? color.green(text) : line.startsWith('-') ? color.red(text) : text
  })
  return lines.join('\n')
}
