/** Functions that read a variable of the environment, right before its name; `$X` and `${X}` in a shell. */
const ENVIRONMENT = /(?:\b(?:env|ENV|environ)\w*|[gG]et_?[eE]nv\w*|LookupEnv)[\s?!.]*(?:(?:get|fetch)\b)?[\s?.]*[([]?\s*["'`]?$|\$\{?$/
const WORD = String.raw`["'\`](?:true|false|on|off|yes|no|[01])["'\`]`
/** What stands between a value that was read and its comparison: quotes, a default, what is done to its letters. */
const READ = String.raw`["'\`]?\s*\]?(?:\s*,\s*["'][^"'\n]*["'])?\s*\)?(?:\s*(?:\?\?|\|\|)\s*["'\`][^"'\`\n]*["'\`])?\s*\)?(?:[?!]?\.\w+(?:\(\))?)*`
const BEHIND = new RegExp(String.raw`^${READ}\s*(?:[!=]==?|(?:not\s+)?in\b)\s*[([{]?\s*${WORD}`, 'i')
/** `[ "$X" = true ]`, `${X:-false}` too. */
const SHELL = /^(?::?-\w*)?\}?"?\s*==?\s*["']?(?:true|false|on|off|yes|no|[01])\b/i
const BEFORE = new RegExp(
  String.raw`(?:${WORD}\s*(?:[!=]==?\s*|\.equals(?:IgnoreCase)?\(\s*)|\b(?:parseBoolean|ParseBool|strtobool)\(\s*)[\w.\s]*[([]?\s*["'\`]?$`,
  'i',
)

/**
 * Tells from the text around the name of a variable whether its value is compared with a word, or read as nothing but true or
 * false. A share of the users, such as `10%`, is neither: it is as good as off there.
 */
export function comparesWord(before: string, behind: string): boolean {
  if (!ENVIRONMENT.test(before)) return false
  return BEHIND.test(behind) || BEFORE.test(before) || (/\$\{?$/.test(before) && SHELL.test(behind))
}
