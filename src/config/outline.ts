import { createHash } from 'node:crypto'

/** The part of a plan that is needed to find its journal. */
export interface Outline {
  readonly name?: string
  /** As it is written: references are not resolved. */
  readonly state?: string
  /** It has environments: the plan alone does not say which journal is meant. */
  readonly hasEnvironments: boolean
}

/**
 * Reads the lines `name:` and `state:` of a plan without a YAML parser: a rollback finds its journal however broken the
 * rest is, and `status` does not wait for the parser. Plain and quoted scalars on one line, as YAML 1.2 has them.
 */
export function outlineOf(written: string): Outline {
  const text = written.replace(/^\ufeff/, '')
  const [name, state] = [scalar(text, 'name'), scalar(text, 'state')]
  const hasEnvironments = /^environments:/m.test(text)
  return { ...(name !== undefined && { name }), ...(state !== undefined && { state }), hasEnvironments }
}

/** Returns the SHA-256 (hex) of a plan's file but for where its journal is: moving that changes nothing in the plan. */
export function digestOfFile(text: string): string {
  return createHash('sha256')
    .update(text.replaceAll(/^state:.*(?:\r?\n|$)/gm, ''))
    .digest('hex')
}

function scalar(text: string, key: string): string | undefined {
  const [, written] = new RegExp(`^${key}:[ \\t]+(\\S.*)$`, 'm').exec(text) ?? []
  if (written === undefined) return undefined
  const [, quoted] = /^'((?:[^']|'')*)'/.exec(written) ?? []
  if (quoted !== undefined) return quoted.replaceAll("''", "'")
  const [, double] = /^"([^"\\]*)"/.exec(written) ?? []
  return double ?? written.replace(/[ \t]+#.*$/, '').trimEnd()
}
