import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Advice } from '../../core/ports.ts'

/** What people keep beside an env file that nobody reads. */
const UNREAD = /\.(?:example|sample|template|dist|defaults?|vault|keys|old|orig|bak|new|tmp|swp|rollout-backup)$|~$/

/**
 * Returns a warning where another file lies beside an env file that an application may read over it: Next.js, Vite and
 * dotenv-flow read `.env`, `.env.local`, `.env.production` and `.env.production.local`, and the later ones win.
 */
export function adviseSiblings(file: string): readonly Advice[] {
  const own = basename(file)
  const [stem] = /^.*?\.env(?=\.|$)/.exec(own) ?? []
  if (stem === undefined) return []
  const mode = modeIn(own, stem)
  const over = readdirSync(dirname(file))
    .filter((name) => name !== own && name.startsWith(`${stem}.`) && !UNREAD.test(name))
    .filter((name) => mode === '' || ['', mode].includes(modeIn(name, stem)))
    .toSorted()
  if (over.length === 0) return []
  const [text, hint] = [
    `${over.join(', ')} beside ${own}: an application that reads both (Next.js, Vite, dotenv-flow) may take a word from there instead`,
    'path: names the file that is read last, or keep the toggles out of the others; verify: asks the application itself',
  ]
  return [{ level: 'warning', text, hint }]
}

/** `production` of `.env.production.local`. */
function modeIn(name: string, stem: string): string {
  return name.slice(stem.length + 1).replace(/(?:^|\.)local$/, '')
}
