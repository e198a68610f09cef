import type { Assignment } from '../../core/toggle/env-text.ts'

/** The readers an env file may have. `any` is written so that each of them reads the word, the SDK's environment included. */
export const DIALECTS = ['any', 'sh', 'systemd', 'docker', 'kubectl', 'dotenv'] as const

/** The readers of an env file, by the program that reads it. */
export type Dialect = (typeof DIALECTS)[number]

/**
 * Returns what readers of a dialect would read otherwise, as the end of a sentence; undefined when they read the word.
 * docker: docs.docker.com/reference/cli/docker/container/run/#env, kubectl: --from-env-file of create configmap, both take
 * what stands behind the first = as it is. systemd: EnvironmentFile= in systemd.exec(5). sh: POSIX, 2.9.1.
 */
export function clashOf({ head, quote, tail }: Assignment, dialect: Dialect): string | undefined {
  const isExported = /^[ \t]*export[ \t]/.test(head)
  const hasComment = /[ \t]#/.test(tail)
  const isVerbatim = dialect === 'docker' || dialect === 'kubectl'
  if (isExported && (isVerbatim || dialect === 'systemd')) return `begins with export, which ${dialect} does not know`
  if (hasComment && (isVerbatim || dialect === 'systemd')) return `has a comment behind it, which ${dialect} takes for a part of the value`
  if (isVerbatim && quote !== '') return `stands between quotes, which ${dialect} keeps`
  if (isVerbatim && tail !== '') return `has blanks behind it, which ${dialect} keeps`
  if (dialect === 'dotenv' && quote === '' && tail.startsWith('\t')) return 'has a tab behind it, which some readers keep'
  if ((isVerbatim || dialect === 'sh') && /[ \t]=|=[ \t]/.test(head)) return `has blanks beside its =, which ${dialect} does not allow`
  return undefined
}

/** Returns a word as it is written: a shell that sources the file would end the value at a semicolon. */
export function inDialect(word: string, dialect: Dialect): string {
  const isVerbatim = dialect === 'docker' || dialect === 'kubectl'
  return word.includes(';') && !isVerbatim ? `"${word}"` : word
}
