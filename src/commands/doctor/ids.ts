import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { openTargets } from '../../adapters/open.ts'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { togglesOf, type Plan } from '../../core/plan/plan.ts'
import type { Words } from '../../core/ports.ts'
import type { Shell } from '../../shell.ts'
import type { DoctorFinding } from '../../views/doctor.ts'
import { text, type Input } from '../../session/input.ts'
import type { Probe } from './probe.ts'

/** An id, or a flag key, and where it was found. */
interface Known {
  readonly id: string
  readonly place: string
}

const OTHERWISE = "flagd's JavaScript and .NET put them into other buckets than flagd's Go, Java and Python, and than this program"
const HINT = 'make targeting keys ASCII before they reach flagd: hash or encode them'

/**
 * Where flagd evaluates: whether all of it puts the users into the same buckets. Its JavaScript hashes UTF-16 units and
 * its .NET ASCII, where the others hash UTF-8. What is known of the ids is what `--users` names, and the allow and deny
 * lists that stand beside the same toggles in env files. Throws `usage` when the file of ids cannot be read.
 */
export async function probeIds(shell: Shell, input: Input, probe: Probe): Promise<readonly DoctorFinding[]> {
  const { plan } = probe
  const given = idsIn(shell, text(input, 'users'))
  const names = Object.keys(plan.targets).filter((name) => plan.targets[name]?.use === 'flagd' && togglesOf(plan, name).length > 0)
  if (names.length === 0) return []
  const listed = await listsIn(plan, names, probe)
  return names.flatMap((name): readonly DoctorFinding[] => {
    const what = `target ${name}`
    const known = [...given, ...listed]
    const keys = keysOf(plan, name)
    const strange = [...keys, ...known].filter(({ id }) => !isAscii(id))
    const [first] = strange
    if (first) {
      const message = `${strange.length} of ${known.length + keys.length} known ids and keys are not ASCII (the first: ${first.place}): ${OTHERWISE}`
      return [{ what, level: 'warning', text: message, hint: HINT }]
    }
    if (known.length > 0)
      return [{ what, level: 'ok', text: `${known.length} known ids are ASCII: every flagd puts them into the same buckets` }]
    const note = `ids that are not ASCII: ${OTHERWISE}`
    return [{ what, level: 'ok', text: note, hint: 'rollout doctor --users ids.txt looks at yours' }]
  })
}

function isAscii(id: string): boolean {
  for (let at = 0; at < id.length; at += 1) if (id.charCodeAt(at) > 0x7f) return false
  return true
}

function idsIn(shell: Shell, file: string | undefined): readonly Known[] {
  if (file === undefined) return []
  try {
    const lines = readFileSync(resolve(shell.cwd, file), 'utf8')
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
async function listsIn(plan: Plan, names: readonly string[], { lender, signal }: Probe): Promise<readonly Known[]> {
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

function keysOf(plan: Plan, name: string): readonly Known[] {
  const { keys } = plan.targets[name]?.options ?? {}
  return Object.values(typeof keys === 'object' && keys !== null ? keys : {}).flatMap((id) =>
    typeof id === 'string' ? [{ id, place: `a key of ${name}` }] : [],
  )
}
