const PLACEHOLDER = /\{\{(.*?)\}\}/g

/** Returns the names between `{{` and `}}` in a text. */
export function placeholders(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
}

/** Returns what is wrong with the placeholders of a text; undefined when all are known. */
export function unknownPlaceholder(text: string, known: readonly string[]): string | undefined {
  const name = placeholders(text).find((each) => !known.includes(each))
  return name === undefined ? undefined : `{{${name}}} is not a placeholder here; there is ${known.map((each) => `{{${each}}}`).join(', ')}`
}

/** Fills every placeholder of a text; what a value holds is not looked at again. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(PLACEHOLDER, (whole: string, name: string) => values[name] ?? whole)
}
