import { posix, sep } from 'node:path'
import { listBlock, runsOf, type Document } from '../../views/document/block.ts'
import { markdownOf } from '../../views/document/markdown.ts'

export const START = '<!-- rollout docs -->'
export const END = '<!-- /rollout docs -->'

/**
 * Returns a README with its block of links replaced, or put at its end where there is none; `folder` is where the documents are, seen
 * from it. Everything else stays, byte by byte. Undefined where the marks do not say which part is meant.
 */
export function blockIn(readme: string, documents: readonly Document[], folder: string): string | undefined {
  const marks = [...readme.matchAll(/^<!-- (\/?)rollout docs -->[ \t]*\r?$/gm)]
  const block = `${START}\n\n${linksOf(documents, folder.split(sep).join('/'))}\n\n${END}`
  const [start, end, ...more] = marks
  if (!start && !readme.includes(START) && !readme.includes(END)) return `${readme.trimEnd()}\n\n${block}\n`
  if (!start || !end || more.length > 0 || start[1] !== '' || end[1] !== '/') return undefined
  return readme.slice(0, start.index) + block + readme.slice(end.index + end[0].trimEnd().length)
}

function linksOf(documents: readonly Document[], folder: string): string {
  return markdownOf(
    listBlock(documents.map(({ id, title, lead }) => [{ link: title, to: posix.join(folder, `${id}.md`) }, ': ', ...runsOf(lead)])),
  )
}
