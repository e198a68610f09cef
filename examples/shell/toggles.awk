# Bytes are characters here: is-enabled.sh sets LC_ALL=C. Numbers are doubles, so 32-bit arithmetic is done in halves.

function complain(message) { print message | "cat 1>&2"; close("cat 1>&2") }

function fail(message) { complain(message); exit 1 }

# 32-bit arithmetic
function times(a, b) { return ((int(a / 65536) * b) % 65536 * 65536 + (a % 65536) * b) % TWO32 }
function rotated(a, left) { return (a * 2 ^ left) % TWO32 + int(a / 2 ^ (32 - left)) }
function xor(a, b,    result, place) {
  result = 0
  for (place = 1; a > 0 || b > 0; place *= 16) {
    result += XOR[a % 16, b % 16] * place
    a = int(a / 16)
    b = int(b / 16)
  }
  return result
}
function prepare(    a, b, bit, value) {
  TWO32 = 4294967296
  for (a = 0; a < 16; a++) for (b = 0; b < 16; b++) {
    value = 0
    for (bit = 1; bit < 16; bit *= 2) if (int(a / bit) % 2 != int(b / bit) % 2) value += bit
    XOR[a, b] = value
  }
  for (a = 1; a < 256; a++) CODE[sprintf("%c", a)] = a
}

# MurmurHash3 x86 32 with seed 0
function murmur3(text,    at, length_, block, hash, bytes) {
  hash = 0
  length_ = length(text)
  for (at = 1; at <= length_; at += 4) {
    bytes = length_ - at >= 3 ? 4 : length_ - at + 1
    block = CODE[substr(text, at, 1)]
    if (bytes > 1) block += CODE[substr(text, at + 1, 1)] * 256
    if (bytes > 2) block += CODE[substr(text, at + 2, 1)] * 65536
    if (bytes > 3) block += CODE[substr(text, at + 3, 1)] * 16777216
    hash = xor(hash, times(rotated(times(block, 3432918353), 15), 461845907))
    if (bytes == 4) hash = (rotated(hash, 13) * 5 + 3864292196) % TWO32
  }
  hash = xor(hash, length_)
  hash = times(xor(hash, int(hash / 65536)), 2246822507)
  hash = times(xor(hash, int(hash / 8192)), 3266489909)
  return xor(hash, int(hash / 65536))
}

# Words: sets EXPOSURE (in 1e-5 percent) and OPTION; false when it is no word
function parse_word(text,    parts, count, nth, name, value) {
  gsub(/^[ \t\r\n]+|[ \t\r\n]+$/, "", text)
  split("", OPTION)
  count = split(text, parts, ";")
  if (count == 0) return 0
  for (nth = 2; nth <= count; nth++) {
    if (!index(parts[nth], "=")) return 0
    name = substr(parts[nth], 1, index(parts[nth], "=") - 1)
    value = substr(parts[nth], length(name) + 2)
    if (name in OPTION) return 0
    if (name == "key" && value !~ /^[^ \t\r\n\f\v]+$/) return 0
    if (name == "by" && value !~ /^[A-Za-z_][A-Za-z0-9_.-]*$/) return 0
    if (name == "seg" && value !~ /^[a-z][a-z0-9-]*(,[a-z][a-z0-9-]*)*$/) return 0
    if (name == "hash" && value != "flagd2") return 0
    if (name !~ /^(key|by|seg|hash)$/) return 0
    OPTION[name] = value
  }
  if (parts[1] == "true") EXPOSURE = 10000000
  else if (parts[1] == "false") EXPOSURE = 0
  else EXPOSURE = percent(parts[1])
  return EXPOSURE >= 0 && EXPOSURE <= 10000000
}

# In 1e-5 percent; -1 when it is none.
function percent(text) {
  if (text !~ /^(0|[1-9][0-9]?[0-9]?)(\.[0-9][0-9]?[0-9]?[0-9]?[0-9]?)?%$/) return -1
  return int(substr(text, 1, length(text) - 1) * 100000 + 0.5)
}
function is_in(exposure, text,    threshold) {
  threshold = exposure * TWO32 / 10000000
  if (int(threshold) < threshold) threshold = int(threshold) + 1
  return murmur3(text) < threshold
}

# The env file: sets FILE and UNCLEAR; false when it is no such file
function closing(text,    at, quote, letter) {
  quote = substr(text, 1, 1)
  for (at = 2; at <= length(text); at++) {
    letter = substr(text, at, 1)
    if (quote == "\"" && letter == "\\") at++
    else if (letter == quote) return at
  }
  return 0
}
function ends_in_backslash(line) {
  if (line ~ /^[ \t]*#/ || !match(line, /\\+$/)) return 0
  return RLENGTH % 2
}
function next_line(path) {
  if ((getline LINE < path) <= 0) return 0
  sub(/\r$/, "", LINE)
  NUMBER++
  if (NUMBER == 1) sub(/^\357\273\277/, "", LINE)
  return 1
}
function parse_file(path,    name, rest, behind, joined, clear, end, strange, last, any, passed) {
  if ((getline LINE < path) < 0) return 0
  close(path)
  while (next_line(path)) {
    behind = joined
    joined = ends_in_backslash(LINE)
    last = 0
    if (LINE ~ /^(<<<<<<<|[|][|][|][|][|][|][|]|=======|>>>>>>>)( |$)/) return 0
    if (LINE ~ /^[ \t]*([#;]|$)/) continue
    if (!match(LINE, /^[ \t]*(export[ \t]+)?[A-Za-z0-9_.-]+[ \t]*=/)) {
      # Somebody else's line: docker's name alone, a command of a shell. As the last one it may be cut off.
      strange = 1
      last = !behind
      name = LINE
      gsub(/^[ \t]+|[ \t]+$/, "", name)
      passed[name] = 1
      continue
    }
    any = 1
    name = substr(LINE, 1, RLENGTH - 1)
    sub(/^[ \t]*(export[ \t]+)?/, "", name)
    sub(/[ \t]+$/, "", name)
    rest = substr(LINE, RLENGTH + 1)
    clear = !behind
    if (rest ~ /^[ \t]*["']/) {
      sub(/^[ \t]+/, "", rest)
      while (!(end = closing(rest))) {
        if (!next_line(path)) return 0
        rest = rest "\n" LINE
        clear = 0
      }
      if (substr(rest, end + 1) !~ /^[ \t]*([ \t]#.*)?$/) clear = 0
      rest = substr(rest, 2, end - 2)
    } else {
      if (joined) clear = 0
      if (match(rest, /[ \t]#/)) rest = substr(rest, 1, RSTART - 1)
      gsub(/^[ \t]+|[ \t]+$/, "", rest)
    }
    if (!clear || (name in FILE && FILE[name] != rest)) UNCLEAR[name] = 1
    FILE[name] = rest
  }
  for (name in passed) if (name in FILE) UNCLEAR[name] = 1
  return !last && (any || !strange)
}

function held(name) { return name in FILE || name in ENVIRON }
# docker and kubectl keep the quotes of an env file
function unquoted(text) { return text ~ /^("[^"]*"|'[^']*')$/ ? substr(text, 2, length(text) - 2) : text }
function value_of(name) { return name in FILE ? FILE[name] : name in ENVIRON ? unquoted(ENVIRON[name]) : "" }

function is_listed(name, id,    ids, count, nth) {
  if (id == "") return 0
  count = split(value_of(name), ids, ",")
  for (nth = 1; nth <= count; nth++) {
    gsub(/^[ \t]+|[ \t]+$/, "", ids[nth])
    # Texts, even where both look like numbers.
    if (ids[nth] "" == id "") return 1
  }
  return 0
}

function belongs(name, rule, id,    parts, count, nth, attribute, operator, operand, text, values, many, each, all, one) {
  all = 1
  count = split(rule, parts, ";")
  if (count == 0) return 0
  for (nth = 1; nth <= count; nth++) {
    if (parts[nth] !~ /^[A-Za-z_][A-Za-z0-9_.-]*:(equals|in|starts|ends|percentage):./) return 0
    attribute = substr(parts[nth], 1, index(parts[nth], ":") - 1)
    operand = substr(parts[nth], length(attribute) + 2)
    operator = substr(operand, 1, index(operand, ":") - 1)
    operand = substr(operand, length(operator) + 2)
    text = attribute == "id" ? id : attribute in ATTRIBUTE ? ATTRIBUTE[attribute] : ""
    if (operator == "equals") { many = 1; values[1] = operand } else many = split(operand, values, ",")
    if (operator == "percentage" && (percent(operand) < 0 || percent(operand) > 10000000)) return 0
    one = 0
    for (each = 1; each <= many; each++) {
      if (values[each] == "") return 0
      if (operator == "percentage") one = text != "" && is_in(percent(operand), name text)
      else if (operator == "starts") one = one || index(text, values[each]) == 1
      else if (operator == "ends") one = one || (length(text) >= length(values[each]) && substr(text, length(text) - length(values[each]) + 1) "" == values[each] "")
      else one = one || text "" == values[each] ""
    }
    if (text == "" || !one) all = 0
  }
  return all
}

function is_enabled(toggle, id,    names, count, nth, variable, key) {
  if (UNCLEAR[toggle] || UNCLEAR[toggle "_DENY"] || UNCLEAR[toggle "_USERS"] || !parse_word(held(toggle) ? value_of(toggle) : "false"))
    fail(toggle " holds no word (false, true or a percentage such as 10%): it is off")
  if (is_listed(toggle "_DENY", id)) return 0
  if (is_listed(toggle "_USERS", id)) return 1
  count = split(OPTION["seg"], names, ",")
  for (nth = 1; nth <= count; nth++) {
    variable = "ROLLOUT_SEGMENT_" toupper(names[nth])
    gsub(/-/, "_", variable)
    if (!UNCLEAR[variable] && belongs(names[nth], value_of(variable), id)) return 1
  }
  if (EXPOSURE == 0 || EXPOSURE == 10000000) return EXPOSURE > 0
  key = "by" in OPTION ? ATTRIBUTE[OPTION["by"]] : id
  if (key == "") return 0
  return is_in(EXPOSURE, ("key" in OPTION ? OPTION["key"] : toggle) key)
}

BEGIN {
  prepare()
  id = ARGC > 2 ? ARGV[2] : ""
  if (id == "-") {
    id = ""
    for (nth = 0; (getline line < "-") > 0; nth++) id = nth == 0 ? line : id "\n" line
  }
  for (nth = 3; nth < ARGC; nth++) ATTRIBUTE[substr(ARGV[nth], 1, index(ARGV[nth], "=") - 1)] = substr(ARGV[nth], index(ARGV[nth], "=") + 1)
  path = ENVIRON["ROLLOUT_FILE"]
  if (path != "" && !parse_file(path)) fail(path " cannot be read as an env file: " ARGV[1] " is off")
  if (ENVIRON["ROLLOUT_PRINT"] == "bucket") { printf "%.0f\n", murmur3(ARGV[1] id); exit 0 }
  exit is_enabled(ARGV[1], id) ? 0 : 1
}
