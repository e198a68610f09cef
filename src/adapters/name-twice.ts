const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g

/**
 * Returns a name that an object of a JSON text has twice, undefined where none has. One reader takes the first of both and
 * another the last (RFC 8259, section 4): such a text agrees with nothing. The text must be JSON.
 */
export function nameTwice(text: string): string | undefined {
  const around: Set<string>[] = []
  for (const [token, quoted, colon] of text.matchAll(TOKEN)) {
    if (token === '{') around.push(new Set())
    else if (token === '}') around.pop()
    else if (quoted !== undefined && colon !== undefined) {
      const name = String(JSON.parse(quoted))
      const names = around.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return undefined
}
