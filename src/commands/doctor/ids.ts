import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openTargets } from '../../adapters/open.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { togglesOf } from '../../core/plan/toggles-of.ts'
import type { KnownId, Words } from '../../core/ports.ts'
import type { DoctorFinding } from '../../views/doctor.ts'
import type { Session } from '../../session/session.ts'
import type { Probe } from './probe.ts'

/**
 * Returns what targets say of the user ids that are known: those that `--users` names, and the allow and deny lists that
 * stand beside the same toggles in env files. Throws `usage` when the file of ids cannot be read.
 */
export async function probeIds(session: Session, file: string | undefined, probe: Probe): Promise<readonly DoctorFinding[]> {
  const { plan, lender } = probe
  const given = idsIn(session, file)
  const targets = (await openTargets(plan, lender)).filter(({ name, advise }) => advise && togglesOf(plan, name).length > 0)
  if (targets.length === 0) return []
  const known = [
    ...given,
    ...(await listsIn(
      plan,
      targets.map(({ name }) => name),
      probe,
    )),
  ]
  return targets.flatMap(({ name, advise }) => (advise?.(known) ?? []).map((each) => ({ what: `target ${name}`, ...each })))
}

function idsIn({ cwd }: Session, file: string | undefined): readonly KnownId[] {
  if (file === undefined) return []
  try {
    const lines = readFileSync(resolve(cwd, file), 'utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
    return lines.flatMap((line, nth) => (line.trim() === '' ? [] : [{ id: line.trim(), place: `line ${nth + 1} of ${file}` }]))
  } catch (thrown) {
    throw new RolloutError(
      'usage',
      { message: `--users ${file} cannot be read: ${messageOf(thrown)}`, hint: 'a file with one id a line' },
      { cause: thrown },
    )
  }
}

/** The lists of the env contract, in the env files that hold the same toggles. A file that cannot be read is told of elsewhere. */
async function listsIn(plan: Plan, names: readonly string[], { lender, signal }: Probe): Promise<readonly KnownId[]> {
  const files = Object.fromEntries(Object.entries(plan.targets).filter(([, { use }]) => use === 'env-file'))
  const toggles = new Set(names.flatMap((name) => togglesOf(plan, name)))
  const lists = [...toggles].flatMap((name) => ['USERS', 'DENY'].map((list) => `${plan.toggles[name]?.variable ?? name}_${list}`))
  const found = await Promise.all(
    (await openTargets({ ...plan, targets: files }, lender)).map(async (target) => {
      const words: Words = await target.read(lists, signal).catch(() => ({}))
      return Object.entries(words).flatMap(([list, word]) =>
        (word ?? '').split(',').flatMap((id) => (id.trim() === '' ? [] : [{ id: id.trim(), place: `${list} on ${target.name}` }])),
      )
    }),
  )
  return found.flat()
}
