import type { Chart } from './chart.ts'

/** A run of text. Only what is wrapped here is more than text: whatever comes from a plan or a journal can be nothing else. */
export type TextRun = string | { readonly code: string } | { readonly strong: string } | { readonly link: string; readonly to: string }
export type Text = TextRun | readonly TextRun[]

/** The colour of a note: something to know, something to mind. */
export type Tone = 'note' | 'warning'

/** One part of a document, whatever it is written as. */
export type Block =
  | { readonly is: 'heading'; readonly level: 2 | 3; readonly text: Text }
  | { readonly is: 'paragraph'; readonly text: Text }
  | { readonly is: 'note'; readonly tone: Tone; readonly text: Text }
  | { readonly is: 'list'; readonly items: readonly Text[]; readonly kind: 'bullets' | 'numbers' | 'tasks' }
  | { readonly is: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly Text[])[] }
  | { readonly is: 'code'; readonly lines: readonly string[] }
  | { readonly is: 'chart'; readonly chart: Chart }

export interface Document {
  /** File name without its ending; the anchor of its chapter in a page. */
  readonly id: string
  readonly title: string
  /** What it is for, in one sentence. */
  readonly lead: Text
  readonly blocks: readonly Block[]
}

export function heading(text: Text, level: 2 | 3 = 2): Block {
  return { is: 'heading', level, text }
}

export function paragraph(...runs: readonly TextRun[]): Block {
  return { is: 'paragraph', text: runs }
}

export function note(tone: Tone, ...runs: readonly TextRun[]): Block {
  return { is: 'note', tone, text: runs }
}

export function listBlock(items: readonly Text[], kind: 'bullets' | 'numbers' | 'tasks' = 'bullets'): Block {
  return { is: 'list', items, kind }
}

export function table(head: readonly string[], rows: readonly (readonly Text[])[]): Block {
  return { is: 'table', head, rows }
}

/** Lines to type. */
export function commands(...lines: readonly string[]): Block {
  return { is: 'code', lines }
}

export function code(text: string): TextRun {
  return { code: text }
}

export function strong(text: string): TextRun {
  return { strong: text }
}

/** Names with commas between them. */
export function codes(names: readonly string[]): Text {
  return names.length === 0 ? '–' : names.flatMap((name, nth) => (nth === 0 ? [code(name)] : [', ', code(name)]))
}

/** Returns the text, or a dash where it is missing. */
export function orDash(text: string | undefined): string {
  return text === undefined || text.trim() === '' ? '–' : text
}

export function runsOf(text: Text): readonly TextRun[] {
  return isSeveral(text) ? text : [text]
}

function isSeveral(text: Text): text is readonly TextRun[] {
  return Array.isArray(text)
}
