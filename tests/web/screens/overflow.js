// What of a page cannot be seen, read or hit as it stands: a list of {what, where, text}; run in the page.
;({ touch, phone }) => {
  const SLACK = 1.5
  const LEAST_TARGET = 48
  const LEAST_TEXT = 12
  const TARGETS = 'a[href], button, input, select, textarea, summary, [role="button"], [role="tab"]'
  const found = []

  const name = (one) => {
    const classes = [...one.classList].filter((each) => !each.startsWith('svelte-')).join('.')
    return one.tagName.toLowerCase() + (classes && `.${classes}`)
  }
  const where = (one) => {
    const around = one.parentElement?.closest('[data-widget], aside, header, nav, form, [role="dialog"], section')
    return (around ? `${around.dataset.widget ?? name(around)} ` : '') + name(one)
  }
  const note = (what, one, size = '') =>
    found.push({ what: size ? `${what} ${size}` : what, where: where(one), text: (one.innerText || one.value || one.ariaLabel || '').trim().slice(0, 60) })

  const seen = (one) => {
    const box = one.getBoundingClientRect()
    if (box.width < 2 || box.height < 2) return false
    const style = getComputedStyle(one)
    return style.visibility === 'visible' && style.opacity !== '0' && !one.closest('.unseen, [inert], [hidden]')
  }
  const all = [...document.querySelectorAll('body *')].filter((one) => !one.closest('svg *, script, style') && seen(one))
  const scrolls = (one, axis) => ['auto', 'scroll'].includes(getComputedStyle(one)[`overflow${axis}`])
  const own = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
  const ancestors = (one) => (one.parentElement ? [one.parentElement, ...ancestors(one.parentElement)] : [])

  const root = document.documentElement
  if (root.scrollWidth > innerWidth + SLACK) found.push({ what: `sideways ${root.scrollWidth - innerWidth}px`, where: 'page', text: '' })

  for (const one of all) {
    const style = getComputedStyle(one)
    const wide = one.scrollWidth > one.clientWidth + SLACK
    const tall = one.scrollHeight > one.clientHeight + SLACK
    if (style.overflow !== 'visible' && one.clientWidth && style.display !== 'inline') {
      if (style.textOverflow === 'ellipsis' && wide) note('shortened', one)
      else if (wide && ['hidden', 'clip'].includes(style.overflowX) && one.tagName !== 'INPUT') note('clipped', one, `${one.scrollWidth - one.clientWidth}px wide`)
      else if (tall && ['hidden', 'clip'].includes(style.overflowY) && one.tagName !== 'INPUT') note('clipped', one, `${one.scrollHeight - one.clientHeight}px high`)
      else if (wide && scrolls(one, 'X') && one.tagName !== 'TEXTAREA') note('sideways', one, `${one.scrollWidth - one.clientWidth}px`)
    }
    if (own(one)) {
      const box = one.getBoundingClientRect()
      const inside = ancestors(one).some((each) => scrolls(each, 'X') || getComputedStyle(each).overflowX === 'hidden')
      if (!inside && (box.left < -SLACK || box.right > innerWidth + SLACK)) note('outside', one, `${Math.round(Math.max(-box.left, box.right - innerWidth))}px`)
      if (phone && parseFloat(style.fontSize) < LEAST_TEXT) note('small text', one, style.fontSize)
    }
  }

  if (touch)
    for (const one of all.filter((each) => each.matches(TARGETS))) {
      if (one.matches('a') && getComputedStyle(one).display === 'inline' && one.closest('p, li, dd, td')) continue // a link within a sentence
      const held = one.matches('input[type=checkbox], input[type=radio]') ? (one.closest('label') ?? one) : one
      const box = held.getBoundingClientRect()
      if (box.width < LEAST_TARGET - 0.5 || box.height < LEAST_TARGET - 0.5) note('target', one, `${Math.round(box.width)}x${Math.round(box.height)}`)
    }

  const middle = (one) => {
    const [box = one.getBoundingClientRect()] = one.getClientRects() // of what runs over several lines, the first
    const at = [box.left + box.width / 2, box.top + box.height / 2]
    return at[0] < 0 || at[1] < 0 || at[0] >= innerWidth || at[1] >= innerHeight ? null : at
  }
  const related = (one, other) => one.contains(other) || other.contains(one)
  const cut = (one, [x, y]) =>
    ancestors(one).some((each) => {
      const box = each.getBoundingClientRect()
      return getComputedStyle(each).overflow !== 'visible' && (x < box.left || x > box.right || y < box.top || y > box.bottom)
    })
  const OVER = '[data-takeover], [role="dialog"], [role="alertdialog"], aside, dialog, form, .panel' // opened over the page, to be closed again
  const said = all.filter((each) => own(each) || each.matches(TARGETS))

  // what a fixed or sticky bar hides, once everything that scrolls has been scrolled to its end
  const bars = all.filter((one) => ['fixed', 'sticky'].includes(getComputedStyle(one).position))
  const atBottom = (bar) => {
    const { position, top } = getComputedStyle(bar)
    return position === 'sticky' ? top === 'auto' : bar.getBoundingClientRect().top > innerHeight / 2
  }
  const scrollers = [root, ...all.filter((one) => scrolls(one, 'Y') && one.scrollHeight > one.clientHeight + 1)]
  const before = scrollers.map((one) => one.scrollTop)
  for (const [edge, to] of [['top', 0], ['bottom', 1e9]]) {
    for (const one of scrollers) one.scrollTop = to
    for (const one of said) {
      const at = middle(one)
      const hit = at && !cut(one, at) && document.elementFromPoint(...at)
      if (!hit || related(one, hit)) continue
      const bar = bars.find((each) => each.contains(hit) && !each.contains(one))
      const label = hit.closest('label')
      if (!bar && edge === 'top' && !hit.closest(OVER) && !label?.contains(one)) note(`under ${name(hit)}`, one)
      const atEdge = bar && (atBottom(bar) ? 'bottom' : 'top') === edge
      if (atEdge && !bar.closest(OVER)) note(`under ${name(bar)}`, one)
    }
  }
  scrollers.forEach((one, n) => (one.scrollTop = before[n]))
  return found
}
