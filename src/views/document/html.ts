import { runsOf, type Block, type Document, type TextRun, type Text } from './block.ts'
import { escapeCode, escapeHtml } from './escape.ts'
import { STYLE } from './style.ts'
import { svgOf } from './svg.ts'

/** Documents bound together as one page. */
export interface HtmlPage {
  readonly title: string
  readonly lead: Text
  /** What the title page says besides: a name and a value each. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly documents: readonly Document[]
}

/** Nothing is loaded and nothing runs, whatever a name of the plan may try. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** Returns one page that needs nothing else: no script, no font, no file. It prints well. */
export function html({ title, lead, facts, documents }: HtmlPage): string {
  const ids = new Set(documents.map(({ id }) => id))
  const inside = (to: string): string => (ids.has(to.replace(/\.md$/, '')) ? `#${to.replace(/\.md$/, '')}` : to)
  const chapters = documents.map((each) => chapter(each, documents.length > 1, inside))
  const contents = documents.map((each) => `<li><a href="#${escapeHtml(each.id)}">${escapeHtml(each.title)}</a></li>`)
  const known = facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${text(lead, inside)}</p>
<dl>${known.join('')}</dl>
</header>
${documents.length > 1 ? `<nav aria-label="Contents"><ol>${contents.join('')}</ol></nav>\n` : ''}<main>
${chapters.join('\n')}
</main>
</body>
</html>
`
}

type Inside = (to: string) => string

function chapter({ id, title, lead, blocks }: Document, isOneOfSeveral: boolean, inside: Inside): string {
  const head = isOneOfSeveral ? `<h2>${escapeHtml(title)}</h2>\n<p class="lead">${text(lead, inside)}</p>\n` : ''
  return `<section id="${escapeHtml(id)}">\n${head}${blocks.map((each) => block(each, isOneOfSeveral ? 1 : 0, inside)).join('\n')}\n</section>`
}

function block(each: Block, deeper: number, inside: Inside): string {
  switch (each.is) {
    case 'heading':
      return `<h${each.level + deeper}>${text(each.text, inside)}</h${each.level + deeper}>`
    case 'paragraph':
      return `<p>${text(each.text, inside)}</p>`
    case 'note':
      return `<p class="note ${each.tone}">${text(each.text, inside)}</p>`
    case 'list':
      return listed(each, inside)
    case 'table':
      return `<div class="table"><table><thead><tr>${each.head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead><tbody>${each.rows
        .map((row) => `<tr>${row.map((cell) => `<td>${text(cell, inside)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table></div>`
    case 'code':
      return `<pre><code>${each.lines.map(escapeCode).join('\n')}</code></pre>`
    case 'chart':
      return svgOf(each.chart)
  }
}

function listed({ kind, items }: Extract<Block, { is: 'list' }>, inside: Inside): string {
  const tag = kind === 'numbers' ? 'ol' : 'ul'
  const box = kind === 'tasks' ? '<span class="box" aria-hidden="true"></span>' : ''
  return `<${tag}${kind === 'tasks' ? ' class="tasks"' : ''}>${items.map((item) => `<li>${box}${text(item, inside)}</li>`).join('')}</${tag}>`
}

function text(given: Text, inside: Inside): string {
  return runsOf(given)
    .map((each) => run(each, inside))
    .join('')
}

function run(each: TextRun, inside: Inside): string {
  if (typeof each === 'string') return escapeHtml(each)
  if ('strong' in each) return `<strong>${escapeHtml(each.strong)}</strong>`
  if ('code' in each) return `<code>${escapeHtml(each.code)}</code>`
  return `<a href="${escapeHtml(inside(each.to))}">${escapeHtml(each.link)}</a>`
}
