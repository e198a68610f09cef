import type { TextRange } from './edits.ts'

/** A node of a tree of Python, as tree-sitter calls them. */
export interface PythonNode extends TextRange {
  readonly kind: string
  readonly children: readonly PythonNode[]
}
