import { execFileSync } from 'node:child_process'

/** Whether a program runs here; says aloud that what needs it is not tested. */
export function has(program: string, argument = '--version'): boolean {
  try {
    execFileSync(program, [argument], { stdio: 'ignore' })
    return true
  } catch {
    console.warn(`NOT TESTED: what ${program} does, because it is not here`)
    return false
  }
}
