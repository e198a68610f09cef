/** A shorter secret says nothing by itself, and would be found in half of all words. */
const SHORTEST_PART = 6

/**
 * Puts the reference back wherever a value from the environment shows up: as it is, quoted as in JSON, encoded for a
 * URL or in base64, and in part: of a message that was cut, either half still gives the secret away. `secrets` has
 * value → reference; longer ones are looked for first.
 */
export function redactor(secrets: ReadonlyMap<string, string>): (text: string) => string {
  const forms = [...secrets]
    .filter(([secret]) => secret !== '')
    .flatMap(([secret, reference]) => [...new Set(formsOf(secret))].map((form) => ({ form, reference })))
    .toSorted((a, b) => b.form.length - a.form.length)
  return (text) => {
    const whole = forms.reduce((all, { form, reference }) => all.replaceAll(form, () => reference), text)
    return forms.reduce((all, { form, reference }) => hidePart(all, form, reference), whole)
  }
}

function formsOf(secret: string): readonly string[] {
  const utf8 = String.fromCharCode(...new TextEncoder().encode(secret.slice(0, 10_000)))
  // In base64 three bytes are four letters: what stands before decides which letters the rest becomes.
  const encoded = ['', '-', '--'].map((before) => btoa(before + utf8).slice(before === '' ? 0 : 4, -4))
  const base64 = [...encoded, ...encoded.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'))]
  // encodeURI throws on half of a surrogate pair.
  const whole = secret.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(whole),
    encodeURI(whole),
    ...base64.filter(({ length }) => length >= SHORTEST_PART),
  ]
}

/** The beginning or the end of it, as far as half of it and more is left. */
function hidePart(text: string, form: string, reference: string): string {
  const least = Math.max(SHORTEST_PART, Math.ceil(form.length / 2))
  if (form.length <= least || !(text.includes(form.slice(0, least)) || text.includes(form.slice(-least)))) return text
  let shown = text
  for (let length = form.length - 1; length >= least; length -= 1)
    for (const part of [form.slice(0, length), form.slice(-length)]) shown = shown.replaceAll(part, () => `${reference}…`)
  return shown
}
