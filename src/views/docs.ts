import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

export interface DocsRow {
  readonly file: string
  readonly standing: 'new' | 'same' | 'changed' | 'edited' | 'foreign'
  /** Lines that come and go. */
  readonly added: number
  readonly removed: number
}

const STALE: Readonly<Record<DocsRow['standing'], string>> = {
  new: 'is missing',
  same: '',
  changed: 'is stale',
  edited: 'was edited by hand',
  foreign: 'was not generated',
}

/** Renders one line a document: what was done, or with `--check` what is stale. */
export function renderDocs(rows: readonly DocsRow[], isCheck: boolean, stream: Stream): string {
  const color = paint(stream)
  const stale = rows.filter(({ standing }) => standing !== 'same')
  const counts = ({ added, removed }: DocsRow): string => color.dim(`  +${added} −${removed} lines`)
  if (isCheck && stale.length > 0) {
    const lines = stale.map((row) => `${color.red('✗')} ${clean(row.file)} ${STALE[row.standing]}${counts(row)}`)
    return `${lines.join('\n')}\n  ${color.dim('rollout docs writes them anew')}\n`
  }
  if (stale.length === 0) return `${color.green('✓')} ${rows.length} documents are what the plan says\n`
  return stale.map((row) => `${color.green('✓')} wrote ${clean(row.file)}${counts(row)}\n`).join('')
}
