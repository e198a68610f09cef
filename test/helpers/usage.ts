import { parseArgs, type ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** Ends the program with how it is typed: a hunt that hunted nothing must not look like one that found nothing. */
export function misused(usage: string): never {
  console.error(usage)
  process.exit(64)
}

/** The options of a command line, `parseArgs`'s errors told as its usage. */
export function readOptions<const Given extends Options>(usage: string, options: Given) {
  try {
    return parseArgs({ options }).values
  } catch {
    return misused(usage)
  }
}

/** A whole number from `least` on. */
export function whole(usage: string, text: string | undefined, least = 0): number {
  const value = /^\d{1,15}$/.test(text ?? '') ? Number(text) : -1
  return value >= least ? value : misused(usage)
}
