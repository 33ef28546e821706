// The only script: moves inside the page without reloading it. Without it everything works, only slower.
// Called on each change of `data`; listens once per page load.

const state = (window.plaintMoves ??= { go: null, pages: [], listening: false })

export default function (component) {
  const { data, setTriggerValue } = component
  state.go = (page, query) => setTriggerValue("go", { page, query, at: Date.now() })
  state.pages = data.pages
  if (data.cookie) keepCookie(data.cookie)
  if (!state.listening) listen()
}

// A session cookie, so that a link in a new tab finds the person signed in.
function keepCookie({ name, value, seconds }) {
  const secure = location.protocol === "https:" ? "; Secure" : ""
  document.cookie = `${name}=${value}; Path=/; SameSite=Strict; Max-Age=${seconds}${secure}`
}

function listen() {
  state.listening = true
  document.addEventListener("click", followLink, true)
  document.addEventListener("keydown", press, true)
  mendBack()
}

// A plain click on one of our links; with a modifier the browser opens a tab as always.
function followLink(event) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target.closest?.("a[data-page]")
  if (!link || !state.go || !state.pages.includes(link.dataset.page)) return
  event.preventDefault()
  state.go(link.dataset.page, new URL(link.href).search)
}

const isTyping = target => target.closest?.("input, textarea, select, [contenteditable], [role=combobox], [role=listbox]")

function press(event) {
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector("[role=dialog]")) return
  if (event.key === "/") {
    const box = document.querySelector(".st-key-q input")
    if (box) { event.preventDefault(); box.focus(); box.select() }
  } else if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1)
  } else if (event.key === "?") {
    (document.querySelector(".st-key-keys button") ?? document.querySelector(".st-key-all_keys button"))?.click()
  } else if (event.key === "w" || event.key === "m") {
    focusWhenThere(".st-key-page textarea", performance.now() + 4000)
  }
}

// After W or M one writes at once: the field comes with the next draw.
function focusWhenThere(place, until) {
  const field = document.querySelector(place)
  if (field && !document.querySelector("[data-test-script-state=running]")) field.focus()
  else if (performance.now() < until) setTimeout(focusWhenThere, 100, place, until)
}

// J and K move the focus along the hits or rows; Enter then opens, as on any link.
function walk(step) {
  const links = [...document.querySelectorAll(".hits h3 a, .bcard h3 a, [data-row] td a")]
  const rows = links.filter((link, i) => i === 0 || !link.closest("tr") || link.closest("tr") !== links[i - 1].closest("tr"))
  const now = rows.indexOf(document.activeElement)
  rows[Math.max(0, Math.min(rows.length - 1, now + step))]?.focus()
}

// Streamlit pushes one or two false entries (old path, new parameters) before a new page, and Back then loses the
// filters. One entry a page: false ones replace instead. When Streamlit mends this, delete it.
function mendBack() {
  const push = history.pushState
  let leaving = null, arrived = -1e9, stayed = -1e9
  document.addEventListener("click", event => {
    const link = event.target.closest?.("a[href]")
    if (!link || link.origin !== location.origin) return
    if (link.pathname !== location.pathname) leaving = { url: location.href, at: performance.now() }
    else stayed = performance.now()
  }, true)
  history.pushState = function (entry, title, url) {
    const now = performance.now(), same = new URL(url, location.href).pathname === location.pathname
    if (leaving && now - leaving.at > 5000) leaving = null
    if (same && (leaving || now - arrived < 1000)) return history.replaceState(entry, title, url)
    if (same && now - stayed < 2000) arrived = now  // several parameters changed by one link are one entry
    if (!same) {
      if (leaving) history.replaceState(history.state, "", leaving.url)
      leaving = null
      arrived = now
    }
    return push.apply(this, arguments)
  }
}
