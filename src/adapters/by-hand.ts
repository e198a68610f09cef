type Wanted = { readonly [variable: string]: string }

/**
 * Returns the lines that `ask` says. Where it throws, or says anything but lines, the words themselves are returned: a
 * rollback never ends for want of a line to type.
 */
export function linesByHand(ask: () => unknown, words: Wanted): readonly string[] {
  try {
    const lines = [ask()].flat()
    return lines.length > 0 && lines.every((line) => typeof line === 'string') ? lines : wordsByHand(words)
  } catch {
    return wordsByHand(words)
  }
}

/** Returns what a target must hold where it can say no line to type, as lines that a shell would ignore. */
export function wordsByHand(words: Wanted): readonly string[] {
  return [
    '# this target can say no line to type; it must hold:',
    ...Object.entries(words).map(([variable, word]) => `# ${variable}=${word}`),
  ]
}
