import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Plan } from '../core/plan/plan.ts'
import { shellWord } from '../core/values/shell-word.ts'
import type { Session } from './session.ts'
import { outlineAt } from './store.ts'

/** Returns the plans of this folder that say the same store: name → file. */
export function planFilesIn({ place }: Pick<Session, 'place'>): ReadonlyMap<string, string> {
  const { state } = outlineAt(place.file)
  const files = readdirSync(place.folder).filter((file) => /\.ya?ml$/.test(file))
  return new Map(
    files.flatMap((file) => {
      const path = join(place.folder, file)
      const outline = outlineAt(path)
      return outline.name !== undefined && outline.state === state ? [[outline.name, path] as const] : []
    }),
  )
}

/** Returns how the rollout of a plan is addressed in a line to type: ` -f pay.yaml -e staging`. */
export function addressIn({ cwd }: Pick<Session, 'cwd'>, { environment }: Pick<Plan, 'environment'>, file: string | undefined): string {
  const words = [...(file === undefined ? [] : ['-f', relative(cwd, file)]), ...(environment === undefined ? [] : ['-e', environment])]
  return words.map((word) => ` ${shellWord(word)}`).join('')
}
