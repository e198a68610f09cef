import type { ReferenceRole } from '../core/report/reference.ts'

/** A way to say something about a toggle: what stands right before its name, and where that leaves it open, right behind. */
export interface Idiom {
  readonly role: ReferenceRole
  readonly before: RegExp
  readonly behind?: RegExp
}

/** The grammars of ast-grep that are used where they are installed: `@ast-grep/lang-python`. */
export const GRAMMARS = ['python', 'go', 'java', 'kotlin', 'ruby', 'php', 'bash'] as const
export type GrammarName = (typeof GRAMMARS)[number]

/** One language, and how it asks for a toggle. */
export interface Language {
  readonly name: string
  /** Of the file's name. */
  readonly files: RegExp
  /** Who reads its syntax: the parser that is bundled, or a grammar of ast-grep by its name. */
  readonly syntax?: 'javascript' | GrammarName
  /** A line stands for itself: nothing before it says what it does. */
  readonly byLine?: true
  /** Its strings are filled in, or are tags: an idiom counts there too. */
  readonly readsStrings?: true
  /** The first that fits counts. */
  readonly idioms: readonly Idiom[]
  /** Where no idiom fits. */
  readonly otherwise: ReferenceRole
}

/** Calls that ask, whatever the library: `isEnabled('X')`, `getBooleanValue("X"`, `flag_is_active(request, 'X')`, `variation("X"`. */
const ASKING =
  /\b(?:\w*(?:[eE]nabled|[dD]isabled|[fF]lag|[fF]eature|[tT]oggle|[vV]ariation)\w*|is_?[oO]n|is_?[aA]ctive|flag_is_active|[gG]et_?(?:[bB]oolean|[bB]ool|[sS]tring|[nN]umber|[oO]bject)_?(?:[vV]alue|[dD]etails|[vV]ariation)?\w*)[?!]?\s*(?:<[^<>()]*>)?\(\s*(?:[\w.]+,\s*)?:?["'`]?$/
const asked = (before: RegExp, behind?: RegExp): Idiom => ({ role: 'asked', before, ...(behind && { behind }) })
const set = (before: RegExp, behind?: RegExp): Idiom => ({ role: 'set', before, ...(behind && { behind }) })
const CALLS: readonly Idiom[] = [
  { role: 'bound', before: /\bbind\s*(?:<[^<>()]*>)?\(\s*["'`]$/ },
  { role: 'measured', before: /\b(?:measure\w*|compare)\s*(?:<[^<>()]*>)?\(\s*["'`]$/ },
  asked(ASKING),
]
/** `$X`, `${X}`, `${X:-off}`, `env.X`, `.Values.X` and the like in whatever fills in values. */
const FILLED_IN = asked(/(?:\$\{?|\$\{\{?\s*|\{\{-?\s*(?:\$|\.Values|\.Env)?\.?)$|\b(?:env|ENV|vars|Values|secrets|var)\.$/)
const ASSIGNED = /^\s*(?:=(?!=)|[|?&+]{1,2}=)/

const JAVASCRIPT: readonly Idiom[] = [
  set(/\b(?:delete\s+(?:process|import\.meta)\.env\s*(?:\.|\[\s*["'`])|(?:stubEnv|setenv)\(\s*["'`])$/),
  set(/\benv\s*(?:\.|\[\s*["'`])$/, /^["'`]?\s*\]?\s*(?:=(?![=>])|(?:\?\?|\|\||&&|\+)=)/),
  asked(/\benv\s*(?:(?:\?\.|!?\.)\s*|(?:\?\.|!)?\[\s*["'`])$|\b(?:env|Env)\.(?:get|has)\(\s*["'`]$/),
  asked(/["'`]?$/, /^["'`]?\s+in\s+(?:process|import\.meta)\.env\b/),
  ...CALLS,
]

/** Every language there is a row for, in the order in which names are tried. */
export const LANGUAGES: readonly Language[] = [
  { name: 'javascript', files: /\.(?:[cm]?jsx?)$/, syntax: 'javascript', idioms: JAVASCRIPT, otherwise: 'named' },
  { name: 'typescript', files: /\.(?:[cm]?tsx?)$/, syntax: 'javascript', idioms: JAVASCRIPT, otherwise: 'named' },
  { name: 'component', files: /\.(?:vue|svelte|astro)$/, idioms: JAVASCRIPT, otherwise: 'named' },
  {
    name: 'python',
    files: /\.pyi?$/,
    syntax: 'python',
    idioms: [
      set(/\b(?:environ\.setdefault|setenv|delenv|putenv|environ\.pop)\(\s*["']$|\bdel\s+(?:os\.)?environ\[\s*["']$/),
      set(/\benviron\[\s*["']$/, /^["']\s*\]\s*=(?!=)/),
      asked(/\benviron(?:\.get\(|\[)\s*["']$|\bgetenv\(\s*["']$|\b(?:env|config|settings)(?:\.\w+)?[([]\s*["']$/),
      asked(/["']$/, /^["']\s+(?:not\s+)?in\s+(?:os\.)?environ\b/),
      asked(/\bsettings\.$/),
      ...CALLS,
    ],
    otherwise: 'named',
  },
  {
    name: 'go',
    files: /\.go$/,
    syntax: 'go',
    readsStrings: true,
    idioms: [
      set(/\b(?:Setenv|Unsetenv)\(\s*["`]$/),
      asked(/\b(?:Getenv|LookupEnv|viper\.\w+)\(\s*["`]$|\b(?:env|envconfig|mapstructure):"$/),
      ...CALLS,
    ],
    otherwise: 'named',
  },
  ...(['java', 'kotlin'] as const).map((name): Language => ({
    name,
    files: name === 'java' ? /\.java$/ : /\.kts?$/,
    syntax: name,
    readsStrings: true,
    idioms: [
      asked(/\bgetenv\(\s*(?:\)\s*(?:\.\s*get(?:OrDefault)?\(|\[)\s*)?"$|\bgetProperty\(\s*"$|\b(?:prefix|name|value)\s*=\s*\{?\s*"$/),
      FILLED_IN,
      ...CALLS,
    ],
    otherwise: 'named',
  })),
  {
    name: 'ruby',
    files: /\.(?:rb|rake|ru|erb)$|^(?:Rakefile|Gemfile)$/,
    syntax: 'ruby',
    idioms: [
      set(/\bENV\[\s*["']$/, /^["']\s*\]\s*(?:=(?![=~>])|\|\|=)/),
      set(/\bENV\.delete\(?\s*["']$/),
      asked(/\bENV(?:\[|\.(?:fetch|key\?|has_key\?|include\?|dig)\(?)\s*["']$/),
      ...CALLS,
      asked(/\b(?:enabled|flag|feature|active)\w*\?\s*\(?\s*:?["']?$/),
    ],
    otherwise: 'named',
  },
  {
    name: 'php',
    files: /\.(?:php|phtml)$/,
    syntax: 'php',
    idioms: [
      set(/\bputenv\(\s*["']$/),
      set(/\$_(?:ENV|SERVER)\[\s*["']$/, /^["']\s*\]\s*=(?!=)/),
      asked(/\b(?:getenv|env|config)\(\s*["']$|\$_(?:ENV|SERVER)\[\s*["']$/),
      ...CALLS,
    ],
    otherwise: 'named',
  },
  {
    name: 'shell',
    files: /\.(?:sh|bash|zsh|ksh|bats)$|^\.?(?:bashrc|zshrc|profile|envrc)$/,
    syntax: 'bash',
    idioms: [
      set(/(?:^|[\s;&|(])(?:(?:export|readonly|local|declare|typeset)(?:\s+-\w+)*\s+|unset\s+)?$/, /^\+?=/),
      set(/\bunset\s+$/),
      asked(/\$\{?[!#]?$|\bprintenv\s+$|-v\s+$/),
    ],
    otherwise: 'named',
  },
  {
    name: 'dockerfile',
    files: /^(?:Dockerfile|Containerfile)(?:\..+)?$|\.[dD]ockerfile$/,
    byLine: true,
    idioms: [{ role: 'mentioned', before: /^\s*#.*$/ }, set(/^\s*(?:ENV|ARG)\s+(?:.*\s)?$/), FILLED_IN],
    otherwise: 'named',
  },
  {
    name: 'dotenv',
    files: /^\.env(?:\..+)?$|\.env(?:\..+)?$/,
    byLine: true,
    idioms: [{ role: 'mentioned', before: /^\s*#.*$/ }, set(/^\s*(?:export\s+)?$/, /^\s*=/), FILLED_IN],
    otherwise: 'named',
  },
  {
    name: 'yaml',
    files: /\.(?:ya?ml|tpl)$/,
    byLine: true,
    idioms: [
      { role: 'mentioned', before: /(?:^|\s)#.*$/ },
      set(/^\s*(?:-\s+)?["']?$/, /^["']?\s*[:=]/),
      set(/^\s*(?:-\s+)?(?:\{\s*)?["']?name["']?:\s*["']?$/),
      set(/^\s*-\s+["']?$/),
      FILLED_IN,
      set(/\bexport\s+$|[{,]\s*["']?$/, /^["']?\s*[=:]/),
      asked(/\b(?:env|vars)\[\s*["']$/),
    ],
    otherwise: 'named',
  },
  {
    name: 'config',
    files: /\.(?:json5?|jsonc|toml|ini|cfg|conf|properties|tf|tfvars|hcl)$/,
    byLine: true,
    idioms: [{ role: 'mentioned', before: /^\s*(?:#|\/\/|;).*$/ }, FILLED_IN, set(/(?:^|[\s{,])["']?$/, /^["']?\s*[:=]/)],
    otherwise: 'named',
  },
  {
    name: 'make',
    files: /^(?:GNU)?[mM]akefile$|\.mk$|^[jJ]ustfile$/,
    byLine: true,
    idioms: [
      { role: 'mentioned', before: /^\s*#.*$/ },
      asked(/\$[({]+\s*(?:call\s+)?$|\$\$\{?$/),
      set(/(?:^|[\s;&])(?:export\s+)?$/, /^\s*(?:[:?+]{0,2}=)/),
    ],
    otherwise: 'named',
  },
  {
    name: 'prose',
    files: /\.(?:md|mdx|markdown|rst|txt|adoc|html?|svg)$|^(?:README|CHANGELOG|LICENSE)$/i,
    idioms: [],
    otherwise: 'mentioned',
  },
]

/** Every other file: what looks like asking is asking. */
const OTHER: Language = {
  name: 'other',
  files: /$/,
  idioms: [
    asked(/\b(?:env|ENV|environ)\w*\s*(?:\.|\[|\()\s*["']?$/),
    asked(/\b(?:get_?env\w*|GetEnvironmentVariable|env::var|env!)\(\s*["']$/i),
    FILLED_IN,
    ...CALLS,
    set(/(?:^|\s)$/, ASSIGNED),
  ],
  otherwise: 'named',
}

/** Returns the language of a file by its name; `other` where no row fits. */
export function languageOf(path: string): Language {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return LANGUAGES.find(({ files }) => files.test(name)) ?? OTHER
}
