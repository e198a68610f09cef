/** Shows what came instead of what a contract asks for, in at most 60 characters. */
export function showAnswer(answer: unknown): string {
  if (answer instanceof Promise) return 'a promise'
  return typeof answer === 'number' ? String(answer) : (JSON.stringify(answer) ?? 'nothing').slice(0, 60)
}
