// The page that the wall is measured against: the same messages over the same socket, drawn without anything around them.
import { io } from 'socket.io-client'
import { mount } from 'svelte'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import Bare from './Bare.svelte'
import { Cell } from './cell.svelte.js'

const specs = (await (await fetch('/api/v1/scenes/toan-canh')).json()).widgets
const cells = new Map()
/** @type {Map<string, uPlot>} */
const plots = new Map()
const charts = specs.filter(({ kind }) => kind === 'trend').map(({ id }) => ({ id, draw: (node) => begin(id, node) }))

function begin(id, node) {
  const size = { width: node.clientWidth, height: node.clientHeight }
  plots.set(id, new uPlot({ ...size, series: [{}, { stroke: '#6cb4ff' }, { stroke: '#f5b82e' }] }, [[], [], []], node))
}

const seconds = (rows) => rows.map(([ms]) => ms / 1000)
const values = (rows) => rows.map(([, value]) => value)
const previous = new Map()

function plot(id, told) {
  if (told.previous) previous.set(id, told.previous)
  if (!told.points) return
  const join = uPlot.join([[seconds(told.points), values(told.points)], [seconds(previous.get(id)), values(previous.get(id))]])
  plots.get(id)?.setData(join)
}

function put(told) {
  for (const [code, area] of Object.entries(told.areas ?? {})) {
    for (const [key, site] of Object.entries(area.sites ?? {})) {
      const name = `${code}/${key}`
      if (cells.has(name)) Object.assign(cells.get(name), site)
      else cells.set(name, new Cell(site))
    }
  }
}

const socket = io({ transports: ['websocket'] })
const take = ({ id }, told) => {
  if (id === 'vc' && cells.size) put(told)
  if (plots.has(id)) plot(id, told)
}
socket.on('snapshot', (message) => {
  if (message.id === 'vc' && !cells.size) {
    put(message.payload) // a delta may come before: it knows some of the cells alone
    mount(Bare, { target: document.body, props: { cells, charts } })
  }
  take(message, message.payload)
})
socket.on('delta', (message) => take(message, message.patch))
socket.on('connect', () => {
  const rest = specs.filter(({ id }) => id !== 'vc')
  socket.emit('watch', { widgets: specs.filter(({ id }) => id === 'vc') })
  setTimeout(() => socket.emit('watch', { widgets: [...rest, ...specs.filter(({ id }) => id === 'vc')] }), 1_000)
})
