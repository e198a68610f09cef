/** Returns what the shop says to a user; whatever else it says is wrong. */
export function greeting(user: string): string {
  return `Hello ${user}\n`
}
