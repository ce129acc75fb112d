// Draws what gauge.py tells; called anew with each payload.
export default function draw(element, { payload, t }) {
  element.textContent = `${payload.kwh ?? '–'} kWh ${t('ui.gauge.of', { n: payload.of })}`
}
