import { clean } from '../clean.ts'
import { runsOf, type Block, type Document, type TextRun, type Text } from './block.ts'
import { flat } from './flat.ts'
import { ganttOf } from './mermaid.ts'
import { plot } from './plot.ts'

/** What GitHub Flavored Markdown (github.github.com/gfm) reads as more than text, and `$` of its mathematics. */
const SPECIAL = /[\\`*[\]|~$]|<(?=[a-z/!?])|&(?=[#\w])|(?<!\w)_|_(?!\w)/gi
/** What begins a list, a rule, a quotation or a heading where it begins a line. */
const LEADING = /^(\d+)(?=[.)])|^(?=[-+=:>#])/

/** Returns a document as Markdown, for GitHub and everybody who reads it as it is. */
export function markdown({ title, lead, blocks }: Document): string {
  return [`# ${text(title)}`, line(lead), ...blocks.map(markdownOf)].join('\n\n') + '\n'
}

/** Returns one block, where only a part of a file is the program's. */
export function markdownOf(each: Block): string {
  switch (each.is) {
    case 'heading':
      return `${'#'.repeat(each.level)} ${text(each.text)}`
    case 'paragraph':
      return line(each.text)
    case 'note':
      return `> [!${each.tone.toUpperCase()}]\n> ${line(each.text)}`
    case 'list':
      return each.items.map((item, nth) => `${bullet(each.kind, nth)} ${line(item)}`).join('\n')
    case 'table':
      return [row(each.head), `|${' --- |'.repeat(each.head.length)}`, ...each.rows.map(row)].join('\n')
    case 'code':
      return fenced('sh', each.lines)
    case 'chart':
      return each.chart.is === 'timeline' ? fenced('mermaid', ganttOf(each.chart)) : fenced('', plot(each.chart))
  }
}

function bullet(kind: 'bullets' | 'numbers' | 'tasks', nth: number): string {
  return { bullets: '-', numbers: `${nth + 1}.`, tasks: '- [ ]' }[kind]
}

function row(cells: readonly Text[]): string {
  return `| ${cells.map(text).join(' | ')} |`
}

/** Text where a line begins. */
function line(given: Text): string {
  return text(given).replace(LEADING, '$1\\')
}

/** Text that stays text: every character that Markdown, or HTML inside of it, would obey is escaped. */
function text(given: Text): string {
  return runsOf(given).map(run).join('')
}

function run(each: TextRun): string {
  if (typeof each === 'string') return escaped(each)
  if ('strong' in each) return `**${escaped(each.strong)}**`
  if ('link' in each) return `[${escaped(each.link)}](${each.to.replaceAll(/[^\w./:#?=%-]/gu, percent)})`
  return span(each.code)
}

/**
 * A span of code is closed only by as many backticks as opened it. A table cuts at a bar even inside of one, and whether a
 * backslash before it helps is not the same everywhere: then it is HTML.
 */
function span(written: string): string {
  const inside = flat(written)
  if (inside.includes('|')) return `<code>${escaped(inside)}</code>`
  const ticks = '`'.repeat(longestRun(inside, '`') + 1)
  const pad = /^`|`$/.test(inside) || inside.trim() === '' ? ' ' : ''
  return `${ticks}${pad}${inside}${pad}${ticks}`
}

/** RFC 3986; half a character, which is none, becomes the sign for that. */
function percent(character: string): string {
  return encodeURIComponent(character.replace(/\p{Cs}/u, '\ufffd')).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16)}`)
}

function escaped(written: string): string {
  return flat(written).replaceAll(SPECIAL, '\\$&')
}

/** A fence longer than any that is inside of it. */
function fenced(language: string, lines: readonly string[]): string {
  const shown = lines.map(clean)
  const fence = '`'.repeat(Math.max(3, ...shown.map((line) => longestRun(line, '`') + 1)))
  return `${fence}${language}\n${shown.join('\n')}\n${fence}`
}

function longestRun(within: string, character: string): number {
  return Math.max(0, ...within.split(new RegExp(`[^${character}]+`)).map(({ length }) => length))
}
