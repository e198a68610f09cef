import { createTwoFilesPatch, structuredPatch } from 'diff'

/** A file and what becomes of it; without a text it goes. */
export interface FileChange {
  /** From the top of the repository, with `/`. */
  readonly file: string
  readonly before: string
  readonly after?: string
}

/** Returns changes as one patch that `git apply` takes. */
export function patchOf(changes: readonly FileChange[]): string {
  return changes.map(patchOfFile).join('')
}

/** Returns how many lines come and go. */
export function linesOf({ file, before, after = '' }: FileChange): { readonly added: number; readonly removed: number } {
  const lines = structuredPatch(file, file, before, after, undefined, undefined, { context: 0 }).hunks.flatMap((hunk) => hunk.lines)
  return { added: lines.filter((line) => line.startsWith('+')).length, removed: lines.filter((line) => line.startsWith('-')).length }
}

function patchOfFile({ file, before, after }: FileChange): string {
  const to = after === undefined ? '/dev/null' : `b/${file}`
  const head = `diff --git a/${file} b/${file}\n${after === undefined ? 'deleted file mode 100644\n' : ''}`
  const [, patch = ''] = createTwoFilesPatch(`a/${file}`, to, before, after ?? '', undefined, undefined, { context: 3 }).split(/^=+\n/m)
  return head + patch.replaceAll(/^((?:---|\+\+\+) [^\t\n]*)\t$/gm, '$1')
}
