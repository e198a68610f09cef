import { variablesBeside, listOf } from '../plan/lists.ts'
import { error, unknown, warning, type Finding } from './finding.ts'
import type { Plan, Toggle } from '../plan/plan.ts'
import { parseWord } from '../toggle/words.ts'

/**
 * Characters of one variable: Linux hands a program at most 128 KiB in one (MAX_ARG_STRLEN, execve(2)), its name
 * included.
 */
const LARGEST = 100_000
const KEYS = ['segments', 'allow', 'deny'] as const

/**
 * Returns what is wrong with the segments and lists of a plan, and with words that only some applications understand.
 */
export function checkEarly(plan: Plan): readonly Finding[] {
  return [
    ...Object.entries(plan.toggles).flatMap(([name, toggle]) => checkToggle(plan, name, toggle)),
    ...checkVariables(plan),
    ...checkUnused(plan),
  ]
}

function checkToggle(plan: Plan, name: string, toggle: Toggle): readonly Finding[] {
  const path = ['toggles', name]
  const written = KEYS.find((key) => toggle[key] !== undefined)
  const found = (toggle.segments ?? []).flatMap((segment, nth) =>
    Object.hasOwn(plan.segments ?? {}, segment)
      ? []
      : [unknown([...path, 'segments', nth], segment, 'segment', Object.keys(plan.segments ?? {}))],
  )
  if (written === undefined) return checkWords(plan, name, toggle)
  if (toggle.kind === 'legacy')
    found.push(error([...path, written], `${name} is taken away step by step: nobody gets it early`, `remove ${written}:`))
  else if (toggle.exposure === 'all')
    found.push(
      error([...path, written], `${name} is for everybody or nobody: nobody gets it early`, `exposure: users, or remove ${written}:`),
    )
  else if (!isContract(toggle))
    found.push(
      error(
        [...path, 'words'],
        `${written} of ${name} are understood by the SDK, and its words ${toggle.words.on} and ${toggle.words.off} are not`,
        'remove words: (they are then true and false)',
      ),
    )
  for (const list of ['allow', 'deny'] as const) {
    const size = listOf(plan, toggle, list)?.join().length ?? 0
    if (size <= LARGEST) continue
    const hint = 'a segment with a rule over an attribute, or a file that the application reads: FEATURE_X_USERS_FILE'
    found.push(
      error(
        [...path, toggle[list] ? list : 'segments'],
        `the ${list} list of ${name} has ${size} characters; a variable holds ${LARGEST}`,
        hint,
      ),
    )
  }
  const denied = new Set(listOf(plan, toggle, 'deny'))
  const both = listOf(plan, toggle, 'allow')?.find((id) => denied.has(id))
  if (both !== undefined) found.push(warning([...path, written], `${both} is both allowed and denied ${name}`, 'denied counts'))
  return found
}

/**
 * Checks words that an SDK cannot read beside percentages: it takes them for off, so the application needs its own
 * reader.
 */
function checkWords(plan: Plan, name: string, toggle: Toggle): readonly Finding[] {
  const isPartial = plan.phases.some(({ toggles, steps }) => toggles.includes(name) && steps.some(({ to }) => to < 100))
  if (isContract(toggle) || !isPartial) return []
  const { on, off } = toggle.words
  return [
    warning(
      ['toggles', name, 'words'],
      `the SDK does not know the words ${on} and ${off} by itself: it would read ${name} as off at 100%`,
      `openToggles({ words: { ${toggle.variable}: { on: '${on}', off: '${off}' } } }), or remove words:`,
    ),
  ]
}

/** Whether the words are those every implementation of the env contract knows. */
function isContract({ words }: Toggle): boolean {
  return parseWord(words.on)?.exposure === 100 && parseWord(words.off)?.exposure === 0
}

/** A variable beside a word may be the variable of another toggle. */
function checkVariables(plan: Plan): readonly Finding[] {
  const words = new Map(
    Object.entries(plan.toggles).flatMap(([name, { variable, targets }]) => targets.map((target) => [`${target} ${variable}`, name])),
  )
  return Object.entries(plan.toggles).flatMap(([name, toggle]) =>
    variablesBeside(plan, toggle).flatMap((variable) => {
      const other = toggle.targets.map((target) => words.get(`${target} ${variable}`)).find((each) => each !== undefined)
      if (other === undefined) return []
      return [
        error(
          ['toggles', name],
          `${variable} holds a list or a segment of ${name}, and is the variable of ${other}`,
          'give one of them another variable:',
        ),
      ]
    }),
  )
}

function checkUnused({ segments = {}, toggles }: Plan): readonly Finding[] {
  const used = new Set(Object.values(toggles).flatMap((toggle) => toggle.segments ?? []))
  return Object.keys(segments).flatMap((name) =>
    used.has(name) ? [] : [warning(['segments', name], `no toggle names the segment ${name}`, `segments: [${name}]`)],
  )
}
