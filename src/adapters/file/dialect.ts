import type { Assignment, EnvLine, EnvText } from '../../core/toggle/env-text.ts'
import { brokenAt, changedBy, skippedAt, takesIn } from './shell-program.ts'
import { openAt } from './shell-quotes.ts'

/** The readers an env file may have. `any` is written so that each of them reads the word, the SDK's environment included. */
export const DIALECTS = ['any', 'sh', 'systemd', 'docker', 'kubectl', 'dotenv'] as const

/** The readers of an env file, by the program that reads it. */
export type Dialect = (typeof DIALECTS)[number]

/** A line that is read otherwise, and how, as the end of a sentence. */
export interface Clash {
  /** Counted from 1. */
  readonly line: number
  readonly says: string
}

/** A line and what is around it. */
interface Place extends EnvLine {
  /** What it sets, where that is asked for. */
  readonly sets: Assignment | undefined
  /** A variable that is asked for, in a form that only some readers know: with a colon, quotes or odd blanks. */
  readonly setsOddly: boolean
  /** A variable that is asked for, within a value of another. */
  readonly setsInside: boolean
  readonly isAgain: boolean
  readonly isBehindBom: boolean
  readonly before: string
  /** To some readers it goes on with a value that a backtick has opened. */
  readonly isBackticked: boolean
  /** Something stands between it and the assignment before that is neither an assignment nor a comment. */
  readonly isBehindStray: boolean
  /** To a shell it stands between quotes, or nothing ever closes one that it opens. */
  readonly isQuoted: boolean
  /** A shell may never come to it. */
  readonly isSkipped: boolean
  /** A shell reads nothing behind it, or nothing at all. */
  readonly isBroken: boolean
  /** A shell may change a variable by it that is asked for, and in another way: what it takes in behind it may too. */
  readonly changes: boolean
}

/** In `says` the dialect stands for the %. */
type Rule = readonly [dialects: readonly Dialect[], is: (place: Place) => boolean, says: string]

const VERBATIM: readonly Dialect[] = ['docker', 'kubectl']
/** Bytes of a line that Go's bufio.Scanner takes, its end included. */
const LONGEST = 64 * 1024
/** Whatever stands before the first = is a name to systemd. */
const OPEN_BEHIND_ODD_NAME = /^[ \t]*[^\s#;=][^=]*=[ \t]*(?:"(?:\\.|[^"\\])*|'[^']*)$/

/*
 * How readers differ was found by asking them: test/adapters/file/dialect.test.ts. It is written down for docker in
 * opts/file.go of docker/cli, for kubectl under --from-env-file of create configmap, for systemd in systemd.exec(5) and
 * src/basic/env-file.c, for sh in POSIX 2.2 and 2.9.1.
 */
const TOGGLES: readonly Rule[] = [
  [[...VERBATIM, 'systemd'], ({ sets }) => /^[ \t]*export[ \t]/.test(sets?.head ?? ''), 'begins with export, which % does not know'],
  [
    [...VERBATIM, 'systemd'],
    ({ sets }) => /[ \t]#/.test(sets?.tail ?? ''),
    'has a comment behind it, which % takes for a part of the value',
  ],
  [VERBATIM, ({ sets }) => sets?.quote !== '', 'stands between quotes, which % keeps'],
  [VERBATIM, ({ sets }) => sets?.tail !== '', 'has blanks behind it, which % keeps'],
  [[...VERBATIM, 'sh'], ({ sets }) => /[ \t]=|=[ \t]/.test(sets?.head ?? ''), 'has blanks beside its =, which % does not allow'],
  [['sh'], ({ end }) => end === '\r\n', 'ends in a carriage return, which % takes for a part of the value'],
  [
    ['sh', 'systemd', 'dotenv'],
    ({ isBehindBom }) => isBehindBom,
    'follows a byte-order mark, which some readers take for a part of the name',
  ],
  [['systemd'], ({ before }) => /^[ \t]*[#;].*\\$/.test(before), 'follows a comment that ends in a backslash, and which for % goes on'],
  [
    ['dotenv'],
    ({ sets }) => sets !== undefined && (/\t|export {2}/.test(sets.head) || (sets.quote === '' && sets.tail.startsWith('\t'))),
    'has a tab or several blanks in it, which some readers keep',
  ],
  [
    ['dotenv'],
    ({ sets }) => sets !== undefined && sets.quote !== '' && sets.tail.includes(sets.quote, 1),
    'has a quote in its comment, which some readers take for its end',
  ],
  [['dotenv'], ({ sets, isBackticked }) => sets !== undefined && isBackticked, 'lies between backticks, which not all readers know'],
  [['sh'], ({ sets }) => sets?.quote === '' && /[^\w.%+:,=@/-]/.test(sets.value), 'is more than one word to a shell'],
  [
    ['sh', 'systemd', 'dotenv'],
    ({ sets }) => sets?.quote !== "'" && /[\\$`]/.test(sets?.value ?? ''),
    'has a sign in it that % takes otherwise',
  ],
  [
    ['dotenv'],
    ({ sets }) => sets?.value === '' && sets.tail.includes('#'),
    'has a comment in the place of a word, which some readers take for it',
  ],
  [
    ['dotenv'],
    ({ isBehindStray }) => isBehindStray,
    'follows something that is no NAME=value, and that some readers take for a part of the name',
  ],
]

/** What anybody has written that keeps a reader from the rest of the file. */
const ALL: readonly Rule[] = [
  [VERBATIM, ({ text }) => !isComment(text) && /^$|[ \t]/.test(nameIn(text)), 'is no NAME=value, and % takes nothing from such a file'],
  [['kubectl'], ({ text }) => /^[ \t]*(?![-._a-z][-._a-z0-9]*(?:=|$))[^\s#]/i.test(text), 'has no name that % allows'],
  [VERBATIM, ({ text }) => Buffer.byteLength(text) >= LONGEST, 'is longer than 64 KB, and % takes nothing from such a file'],
  [['kubectl'], ({ isAgain }) => isAgain, 'is written again, and % takes nothing from such a file'],
  [['sh'], ({ isQuoted }) => isQuoted, 'lies between quotes that to a shell are still open'],
  [['sh'], ({ text }) => /^[ \t]*[;|&)]|^[^#"'$]*[()]|(?:\||&&)$/.test(text.trimEnd()), 'is more than a shell reads as NAME=value'],
  [['sh'], ({ isBroken }) => isBroken, 'is a mistake to a shell, which may end there'],
  [['sh'], ({ sets, isSkipped }) => sets !== undefined && isSkipped, 'stands where a shell may never come to'],
  [['sh'], ({ changes }) => changes, 'may change a toggle in another way than by NAME=word'],
  [
    ['dotenv'],
    ({ text }) => /^[ \t]*(?:=|'|export[ \t]+(?![\w.]+(?:[ \t]*=|:[ \t])))/.test(text),
    'is no NAME=value, and some readers take nothing from such a file',
  ],
  [
    ['dotenv'],
    ({ assigns }) => assigns !== undefined && assigns.quote !== '' && assigns.value.endsWith('\\'),
    'has a backslash before a quote, which for some readers stays open',
  ],
  [['dotenv', 'systemd'], ({ text }) => text.includes('\r'), 'has a carriage return in it, which ends a line for %'],
  [
    ['systemd'],
    ({ text, assigns, isInner }) => !assigns && isInner !== true && OPEN_BEHIND_ODD_NAME.test(text),
    'opens a quote that for % stays open',
  ],
  [
    ['sh', 'systemd'],
    ({ text, before }) => before.endsWith('\\') && /^[ \t]*#/.test(text),
    'is no comment to %, but what the line before goes on with',
  ],
  [
    [...VERBATIM, 'systemd', 'dotenv'],
    ({ setsInside }) => setsInside,
    'lies in a value of several lines, which some readers know and some do not',
  ],
  [[...VERBATIM, 'dotenv'], ({ setsOddly }) => setsOddly, 'is no NAME=value, and some readers take it for one'],
]

/** Returns the first line of one of these variables that readers of a dialect would read otherwise than the program. */
export function clashIn(text: EnvText, names: ReadonlySet<string>, dialect: Dialect): Clash | undefined {
  return firstOf(TOGGLES, text, names, dialect)
}

/** Returns the first line of anybody that keeps readers of a dialect from what the program reads of these variables. */
export function spoilerIn(text: EnvText, names: ReadonlySet<string>, dialect: Dialect): Clash | undefined {
  return firstOf(ALL, text, names, dialect)
}

/** Returns a word as it is written: a shell that sources the file would end the value at a semicolon. */
export function inDialect(word: string, dialect: Dialect): string {
  return word.includes(';') && !VERBATIM.includes(dialect) ? `"${word}"` : word
}

function firstOf(rules: readonly Rule[], text: EnvText, names: ReadonlySet<string>, dialect: Dialect): Clash | undefined {
  const own = rules.filter(([dialects]) => dialects.includes(dialect))
  if (own.length === 0) return undefined
  for (const [nth, place] of placesIn(text, names).entries()) {
    if (rules === TOGGLES && !place.sets) continue
    const [, , says] = own.find(([, is]) => is(place)) ?? []
    if (says !== undefined) return { line: nth + 1, says: says.replaceAll('%', dialect) }
  }
  return undefined
}

function placesIn({ bom, lines }: EnvText, names: ReadonlySet<string>): readonly Place[] {
  const seen = new Set<string>()
  const isOpen = openAt(lines)
  const isSkipped = skippedAt(lines)
  const isBroken = brokenAt(lines)
  const isBackticked = backtickedAt(lines)
  let isBehindStray = false
  return lines.map((line, nth) => {
    const { text, assigns, isInner = false } = line
    const [, named = '', sign] = /^\s*(?:export\s+)?'?([\w.-]+)'?\s*([=:])/.exec(text) ?? []
    const isNamed = names.has(named)
    const place = {
      ...line,
      sets: assigns && names.has(assigns.name) ? assigns : undefined,
      setsOddly: isNamed && !assigns && !isInner,
      setsInside: isNamed && sign === '=' && isInner,
      isAgain: assigns !== undefined && seen.has(assigns.name),
      isBehindBom: bom !== '' && seen.size === 0,
      isBackticked: isBackticked[nth] === true,
      isBehindStray,
      isQuoted: !isInner && isOpen[nth] === true,
      isSkipped: isSkipped[nth] === true,
      isBroken: isBroken[nth] === true,
      changes: changedBy(line).some((name) => names.has(name)) || ([...names].some((name) => seen.has(name)) && takesIn(line)),
      before: lines[nth - 1]?.text ?? '',
    }
    if (assigns) seen.add(assigns.name)
    isBehindStray = !assigns && (isBehindStray || (!isInner && !/^(?:[ \t]*#|$)/.test(text)))
    return place
  })
}

/** Returns for each line whether it goes on with a value that begins with a backtick, and that another one closes. */
function backtickedAt(lines: readonly EnvLine[]): readonly boolean[] {
  const last = lines.findLastIndex(({ text }) => text.includes('`'))
  let isOpen = false
  return lines.map(({ text }, nth) => {
    const isBackticked = isOpen
    isOpen = isOpen ? !text.includes('`') : nth < last && /^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*[=:][ \t]*`[^`]*$/.test(text)
    return isBackticked
  })
}

function isComment(text: string): boolean {
  return /^[ \t]*(?:#|$)/.test(text)
}

/** What docker and kubectl take for the name. */
function nameIn(text: string): string {
  return text.split('=', 1)[0]?.trimStart() ?? ''
}
