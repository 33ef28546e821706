// Beside the field for a public answer: counts as the channel counts while one types, hands what stands there to the checks
// when the keys rest, and says that somebody is writing. It only reads the field. What the server counts decides; without this
// script it counts and checks when the field is left.

const EVERY = 15000
const REST = 600
const state = (window.plaintPen ??= { field: null, told: -1e9, tell: null, give: null, later: null, hears: false, data: null })

export default function (component) {
  state.data = component.data
  state.tell = () => component.setTriggerValue("writing", Date.now())
  state.give = text => component.setTriggerValue("typed", text)
  found(document.querySelector(`.st-key-${component.data.field} textarea`))
  if (!state.hears) document.addEventListener("input", typed, true)
  state.hears = true
  show()
}

// The field may be drawn after this script: what is typed is heard on the page, not on the field.
function typed(event) {
  const field = event.target.closest?.(`.st-key-${state.data.field} textarea`)
  if (!field) return
  found(field)
  show()
  say()
  rest()
}

function found(field) {
  if (!field || field === state.field) return
  state.field = field
  state.told = -1e9
}

function say() {
  const now = performance.now()
  if (!state.field.value.trim() || now - state.told < EVERY) return
  state.told = now
  state.tell()
}

function rest() {
  clearTimeout(state.later)
  state.later = setTimeout(() => { if (state.field?.isConnected) state.give(state.field.value) }, REST)
}

function show() {
  const line = document.getElementById("reply-count")
  if (!line || !state.field?.isConnected || state.field.value === "") return
  const { counts, most, link, words } = state.data
  const used = room(state.field.value, counts, link)
  const left = most === null ? null : most - used
  const key = left === null ? "used" : left < 0 ? "over" : "left"
  const figure = { used: used, left: left, over: left === null ? 0 : -left }[key]
  line.textContent = words[key].replace("{n}", figure.toLocaleString("en-GB"))
  line.className = key === "over" ? "beside red" : "soft"
}

const URLS = /https?:\/\/[^\s<>"]+/giu

// The rules of plaint.replies.limits; a test holds both to the same figures.
export function room(text, counts, link) {
  const said = text.trim()
  const links = link === null ? [] : said.match(URLS) ?? []
  const bare = link === null ? said : said.replace(URLS, "")
  return { graphemes, bytes, weighted }[counts](bare) + links.length * (link ?? 0)
}

const signs = text => [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(one => one.segment)
const graphemes = text => signs(text).length
const bytes = text => new TextEncoder().encode(text).length
const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]]
const weight = point => (LIGHT.some(([low, high]) => low <= point && point <= high) ? 1 : 2)
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u

function weighted(text) {
  let sum = 0
  for (const sign of signs(text.normalize("NFC"))) {
    const points = [...sign]
    const isEmoji = EMOJI.test(sign) && (points.length > 1 || /^\p{Emoji_Presentation}/u.test(sign))
    sum += isEmoji ? 2 : points.reduce((whole, point) => whole + weight(point.codePointAt(0)), 0)
  }
  return sum
}

window.plaintRoom = room
