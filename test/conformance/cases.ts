import type { Attributes } from '../../src/core/toggle/segment.ts'

/** A text, by rule where it is long. */
export type Text = string | { readonly repeat: string; readonly times: number }

export function textOf(text: Text): string {
  return typeof text === 'string' ? text : text.repeat.repeat(text.times)
}

interface Decision {
  readonly env: Readonly<Record<string, string>>
  readonly toggle: string
  readonly id: Text | null
  readonly attributes?: Attributes
  /** By hand; nothing where the bucket decides, which no one knows by heart. */
  readonly expected?: boolean
}

const MEGABYTE: Text = { repeat: 'a', times: 2 ** 20 }
const OTHER_MEGABYTE: Text = { repeat: 'ä€😀', times: 116_509 }

/** flagd-testbed publishes these. */
export const PUBLISHED: readonly (readonly [text: string, hash: number])[] = [
  ['ejOoVL', 0],
  ['bY9fO-', 1],
  ['SI7p-', 2_147_483_647],
  ['6LvT0', 2_147_483_648],
  ['ceQdGm', 4_294_967_295],
]

export const BUCKETS: readonly (readonly [key: string, id: Text])[] = [
  ['', ''],
  ['FEATURE_X', ''],
  ...['a', 'ab', 'abc', 'abcd', 'abcde', '550e8400-e29b-41d4-a716-446655440000', ' ', '0', 'a\0b', '\t\n'].map((id) => ['F', id] as const),
  ...['F', 'FE', 'FEA', 'FEAT', 'FEATU'].map((key) => [key, 'user-42'] as const),
  ...['é', 'Świętopełk', '日本語', '😀', 'a😀', 'abc😀', '\u0080', '\u07ff', '\u0800', '\uffff', '\ufeffx'].map((id) => ['FEATURE_X', id] as const),
  // The same letter, composed and decomposed: other bytes, another user.
  ...['\u00e9', 'e\u0301'].map((id) => ['F', id] as const),
  // A lone surrogate counts as U+FFFD: three bytes EF BF BD.
  ...['\ud800', 'a\ud800b', '\udc00', '\udc00\ud800', '\udc00\udc01', 'abc\udfff', '\ud83d\ud83d\ude00'].map((id) => ['F', id] as const),
  ['clé', 'user-42'],
  ['ключ', 'użytkownik'],
  ['FEATURE_X', MEGABYTE],
  ['FEATURE_X', OTHER_MEGABYTE],
]

/** With the exposure in 10⁻⁵ %: a whole number in every language. */
export const WORDS: readonly (readonly [text: string, exposure: number, options?: Readonly<Record<string, string>>])[] = [
  ['false', 0],
  ['true', 10_000_000],
  ['0%', 0],
  ['0.00001%', 1],
  ['0.1%', 10_000],
  ['1%', 100_000],
  ['5%', 500_000],
  ['10%', 1_000_000],
  ['33.33333%', 3_333_333],
  ['99.99999%', 9_999_999],
  ['100%', 10_000_000],
  ['100.00000%', 10_000_000],
  [' 10%\t', 1_000_000],
  ['10%;key=search', 1_000_000, { key: 'search' }],
  ['10%;by=organisation', 1_000_000, { by: 'organisation' }],
  ['0%;seg=staff', 0, { seg: 'staff' }],
  ['10%;seg=staff,eu-west', 1_000_000, { seg: 'staff,eu-west' }],
  ['10%;hash=flagd2', 1_000_000, { hash: 'flagd2' }],
  ['false;seg=staff', 0, { seg: 'staff' }],
  ['0.1%;key=search;by=tenant;seg=staff;hash=flagd2', 10_000, { key: 'search', by: 'tenant', seg: 'staff', hash: 'flagd2' }],
]

export const NO_WORDS: readonly string[] = [
  ['', '0', '1', '10', '0.1', '100', '-0', 'on', 'off', 'yes', 'True', 'FALSE', 'null', '%', '.5%', '5.%', '101%', '100.1%', '1000%'],
  ['-0%', '-1%', '+1%', '1e1%', '010%', '00%', '0x1%', '10 %', '10%%', '1 0%', '0.000001%', '0,1%', 'NaN%', '١٠%', '10\u00a0%'],
  ['10%;', ';', ';10%', '10%;colour=blue', '10%;key', '10%;key=', '10%;key=a;key=b', '10%;KEY=a', '10% ;key=a', '10%; key=a'],
  ['10%;key=a b', '10%;seg=', '10%;seg=a,', '10%;seg=,a', '10%;seg=A', '10%;seg=a, b', '10%;by=', '10%;by=1', '10%;hash=', '10%;hash=flagd3'],
].flat()

const WHO = Array.from({ length: 12 }, (_, nth) => `user-${nth}`)
const LISTS = { F: '0%', F_USERS: 'ada, grace,both', F_DENY: 'eve,both' }
const STAFF = { F: '0%;seg=staff', ROLLOUT_SEGMENT_STAFF: 'email:ends:@example.com' }

export const DECISIONS: readonly Decision[] = [
  { env: {}, toggle: 'F', id: 'ada', expected: false },
  { env: { F: 'false' }, toggle: 'F', id: 'ada', expected: false },
  { env: { F: 'true' }, toggle: 'F', id: 'ada', expected: true },
  { env: { F: '100%' }, toggle: 'F', id: 'ada', expected: true },
  // docker and kubectl keep the quotes of an env file.
  { env: { F: '"100%;key=search"' }, toggle: 'F', id: 'ada', expected: true },
  { env: { F: "'0%'", F_USERS: '"ada,eve"' }, toggle: 'F', id: 'ada', expected: true },
  { env: { F: '"100%' }, toggle: 'F', id: 'ada', expected: false },
  { env: { F: '10' }, toggle: 'F', id: 'ada', expected: false },
  // Without an id: off, unless it is on for everybody.
  ...['true', '100%'].flatMap((F) => [null, ''].map((id) => ({ env: { F }, toggle: 'F', id, expected: true }))),
  ...['false', '50%', '99.99999%'].flatMap((F) => [null, ''].map((id) => ({ env: { F }, toggle: 'F', id, expected: false }))),
  // Deny list, users, segments, percentage.
  { env: LISTS, toggle: 'F', id: 'ada', expected: true },
  { env: LISTS, toggle: 'F', id: 'grace', expected: true },
  { env: LISTS, toggle: 'F', id: 'both', expected: false },
  { env: LISTS, toggle: 'F', id: 'Ada', expected: false },
  { env: LISTS, toggle: 'F', id: 'ad', expected: false },
  { env: { ...LISTS, F: 'true' }, toggle: 'F', id: 'eve', expected: false },
  { env: { ...LISTS, F: 'true' }, toggle: 'F', id: 'somebody', expected: true },
  { env: { ...LISTS, F: 'false' }, toggle: 'F', id: 'ada', expected: true },
  { env: { ...LISTS, F: '10' }, toggle: 'F', id: 'ada', expected: false },
  { env: { F_USERS: 'ada' }, toggle: 'F', id: 'ada', expected: true },
  { env: { F_USERS: 'ada' }, toggle: 'F', id: 'eve', expected: false },
  { env: STAFF, toggle: 'F', id: 'x', attributes: { email: 'ada@example.com' }, expected: true },
  { env: STAFF, toggle: 'F', id: null, attributes: { email: 'ada@example.com' }, expected: true },
  { env: STAFF, toggle: 'F', id: 'x', attributes: { email: 'ada@example.com.evil' }, expected: false },
  { env: STAFF, toggle: 'F', id: 'x', expected: false },
  { env: { ...STAFF, F_DENY: 'x' }, toggle: 'F', id: 'x', attributes: { email: 'ada@example.com' }, expected: false },
  { env: { F: '0%;seg=staff' }, toggle: 'F', id: 'x', attributes: { email: 'ada@example.com' }, expected: false },
  { env: { ...STAFF, ROLLOUT_SEGMENT_STAFF: 'everybody' }, toggle: 'F', id: 'x', attributes: { email: 'a@example.com' }, expected: false },
  ...(
    [
      ['country:in:se,no', { country: 'no' }, true],
      ['country:in:se,no', { country: 'dk' }, false],
      ['plan:equals:a,b', { plan: 'a,b' }, true],
      ['plan:equals:a,b', { plan: 'a' }, false],
      ['tenant:starts:acme-', { tenant: 'acme-eu' }, true],
      ['tenant:starts:acme-,initech-', { tenant: 'initech-1' }, true],
      ['tenant:starts:acme-', { tenant: 'old-acme-1' }, false],
      ['tenant:starts:acme-;country:in:se', { tenant: 'acme-eu', country: 'se' }, true],
      ['tenant:starts:acme-;country:in:se', { tenant: 'acme-eu', country: 'dk' }, false],
      ['id:starts:test-', {}, true],
      ['url:equals:http://a:80', { url: 'http://a:80' }, true],
    ] as const
  ).map(([rule, attributes, expected]) => {
    return { env: { F: '0%;seg=eu-west,nobody', ROLLOUT_SEGMENT_EU_WEST: rule, ROLLOUT_SEGMENT_NOBODY: 'x:equals:y' }, toggle: 'F', id: 'test-1', attributes, expected }
  }),
  ...WHO.flatMap((organisation) =>
    ['20%', '50%'].map((share) => {
      const env = { F: '0%;seg=eu-west,pilots', ROLLOUT_SEGMENT_EU_WEST: 'x:equals:y', ROLLOUT_SEGMENT_PILOTS: `organisation:percentage:${share}` }
      return { env, toggle: 'F', id: 'somebody', attributes: { organisation } }
    }),
  ),
  ...['organisation:percentage:100%', 'organisation:percentage:0%', 'organisation:percentage:50', 'organisation:percentage:101%'].map((rule, nth) => {
    return { env: { F: '0%;seg=pilots', ROLLOUT_SEGMENT_PILOTS: rule }, toggle: 'F', id: 'x', attributes: { organisation: 'acme' }, expected: nth === 0 }
  }),
  { env: { F: '0%;seg=pilots', ROLLOUT_SEGMENT_PILOTS: 'organisation:percentage:100%' }, toggle: 'F', id: 'x', expected: false },
  // Percentages: by id, under another key, by another attribute.
  ...WHO.flatMap((id) => ['0.1%', '10%', '50%', '90%;key=search'].map((F) => ({ env: { F }, toggle: 'F', id }))),
  ...WHO.map((organisation) => ({ env: { F: '50%;by=organisation' }, toggle: 'F', id: 'somebody', attributes: { organisation } })),
  { env: { F: '99%;by=organisation' }, toggle: 'F', id: 'somebody', expected: false },
  { env: { F: '100%;by=organisation' }, toggle: 'F', id: 'somebody', expected: true },
  ...['Świętopełk', '日本語', '😀', 'é', 'a\ud800b'].flatMap((id) => ['10%', '50%'].map((F) => ({ env: { F }, toggle: 'F', id }))),
  ...[MEGABYTE, OTHER_MEGABYTE].map((id) => ({ env: { FEATURE_X: '50%' }, toggle: 'FEATURE_X', id })),
]

/** Files, with what `F` is in them: a text, `null` where it is not there, `unclear` (off), or `bad` for the whole file. */
export const FILES: readonly (readonly [text: string, verdict: 'good' | 'unclear' | 'bad', value: string | null, epoch: string | null])[] = [
  ['', 'good', null, null],
  ['F=10%\n', 'good', '10%', null],
  ['F=10%\r\nG=true\r\n', 'good', '10%', null],
  ['\ufeffF=10%\n', 'good', '10%', null],
  ['# F=true\n\nG=true\n', 'good', null, null],
  ['export F=10%\n', 'good', '10%', null],
  ['F="10%;key=search"\n', 'good', '10%;key=search', null],
  ["F='10%'\n", 'good', '10%', null],
  ['F=10% # soaking\n', 'good', '10%', null],
  ['F= # off for now\n', 'good', '', null],
  ['F=10%\nF=10%\n', 'good', '10%', null],
  ['# rollout:42\nF=10%\n', 'good', '10%', '42'],
  ['# rollout:42 reloaded:00c0ffee\nF=10%\n# rollout:7\n', 'good', '10%', '42'],
  ['# rollout:42 of:shop/1a2b reloaded:00c0ffee\nF=10%\n', 'good', '10%', '42'],
  ['# rollout:9 of:shop@eu/1a2b\n# rollout:42 of:shop@eu/ff\nF=10%\n# rollout:7 of:cart/1a2b\n', 'good', '10%', '42+7'],
  ['# rollout:9 of:\n# rollout:forty\nF=10%\n', 'good', '10%', null],
  ['DEBUG\n; flags of the shop\nexport F\nset -a\n1_X=2\nF=10%\n', 'good', '10%', null],
  ['F\nF=10%\n', 'unclear', null, null],
  ['<<<<<<< HEAD\nF=10%\n=======\nF=10%\n>>>>>>> theirs\n', 'bad', null, null],
  ['F=10%\nF=20%\n', 'unclear', null, null],
  ['F="10%\n"\n', 'unclear', null, null],
  ['<html>503</html>\n', 'bad', null, null],
  ['F=10%\nFEATU', 'bad', null, null],
  ['F=10%\nG="true\n', 'bad', null, null],
]
