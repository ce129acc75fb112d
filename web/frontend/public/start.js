// Before anything else, in any browser: says so where the pages cannot run, and has their shell kept for the next time.
;(function () {
  var root = document.documentElement
  function started() {
    return root.hasAttribute('data-started')
  }
  function say() {
    if (!started()) root.className = 'too-old-here'
  }
  if (!('noModule' in document.createElement('script'))) {
    say()
    return
  }
  // modules, yet not the words of ours
  addEventListener('error', function (event) {
    if (/SyntaxError/.test(event.message || '')) say()
  })
  addEventListener('load', function () {
    setTimeout(say, 10000) // everything has come, and nothing runs
    if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js').catch(function () {})
  })
})()
