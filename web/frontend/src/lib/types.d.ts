// What the server sends, as far as the screens read it; the whole of it stands in /api/v1/openapi.json.

export type Lang = 'vi' | 'en'
export type Tone = 'ok' | 'live' | 'warn' | 'bad' | 'dim' | 'calm'
export type Severity = 'critical' | 'warning' | 'info'
/** RFC 3339 with the offset of the place. */
export type Instant = string

/** A text of the catalogue with what stands in its gaps, or finished words. */
export type Said = string | { key: string; params?: Record<string, unknown> }

export interface Page<T> {
  items: T[]
  total: number
}

export interface Who {
  name: string
  role: 'wall' | 'leader' | 'operator' | 'admin'
  org: string | null
  org_name?: string | null
  lang?: Lang
  csrf?: string
  build: string
  simulated?: boolean
  replay?: boolean
}

export interface WidgetSpec {
  id: string
  kind: string
  options: Record<string, any>
}

export type SceneTile = WidgetSpec & { place: { x: number; y: number; w: number; h: number } }

/** A title is a text of the catalogue, or the words themselves. */
export interface SceneTitle {
  key?: string
  vi?: string
  en?: string
}

export interface Scene {
  name: string
  title: SceneTitle
  widgets: SceneTile[]
  variants?: { when: { crisis?: boolean | null; room?: string | null }; widgets: SceneTile[] }[]
}

/** What every widget is given; what its payload holds is between it and its file of the server. */
export interface WidgetProps {
  kind?: string
  payload: any
  options: Record<string, any>
  state: string
  asOf: Instant | null
}

export interface Org {
  code: string
  name: string
  parent: string | null
  kind: string
}

export interface Alert {
  id: number | string
  rule: string
  severity: Severity
  state: string
  title: Said
  text?: Said
  since: Instant
  ended_at?: Instant | null
  org: string
  org_name?: string | null
  parent_name?: string | null
  source: string | null
  source_name?: string | null
  owner?: string | null
  acknowledged_by?: string | null
  acknowledged_at?: Instant | null
  acknowledged_until?: Instant | null
  shelved_until?: Instant | null
  held_by?: string | null
  incident?: number | null
  level?: number
  noise?: string | null
  accountable?: string | null
  due_at?: Instant | null
  result?: string | null
  simulated?: boolean
  history?: AlertStep[]
  notifications?: Notification[]
}

export interface AlertStep {
  at: Instant
  what: string
  actor: string | null
  comment: string | null
  detail?: Record<string, string | number> | null
}

export interface Notification {
  id?: number
  receiver: string
  channel: string
  what: string
  state: string
  delivered_at?: Instant | null
  receipt_state?: 'delivered' | 'undeliverable' | null
  receipt_at?: Instant | null
  deliveries?: { at: Instant; ok: boolean; failure?: string | null; detail: string | null }[]
}

export interface OutboxItem {
  at: Instant
  way: 'sms' | 'email'
  address: string
  receiver: string | null
  what: string | null
  sender: string
  subject: string
  text: string
  html: string
  sms: { segments: number; characters: number; unicode: boolean } | null
}

export interface Source {
  org: string
  org_name?: string | null
  parent_name?: string | null
  kind: string
  source: string
  name: string | null
  health: string
  cause?: string | null
  status?: string
  current?: boolean
  as_of?: Instant | null
  heard_at?: Instant | null
  age_s?: number
  metrics?: Record<string, number | boolean | string | null>
  texts?: Record<string, string>
  simulated?: boolean
  owner?: string | null
  contact?: string | null
  hours?: string | null
  interval_s?: number | null
  online?: boolean | null
  parent?: string | null
  availability?: Record<string, any> | null
  leniencies?: Record<string, number>
  alerts?: { id: number; severity: Severity; state: string; title: Said }[]
}

/** A source that sends a figure now and then, and how well it keeps its word. */
export interface Feed {
  org: string
  org_name: string
  parent_name?: string | null
  kind: string
  source: string
  name: string
  health: string
  owner: string | null
  cadence: string | null
  cut_off: string | null
  due_at: Instant | null
  late_since: Instant | null
  scores: Record<string, { pct: number | null; numerator: number; denominator: number; severity: string }>
}

export interface FigureEntry {
  id: number
  org: string
  source: string
  period: string
  state: string
  current: boolean
  corrects: number | null
  values: Record<string, number>
  note: string | null
  entered_by: string
  entered_at: Instant
  decided_by: string | null
  decided_at: Instant | null
}

export interface UnknownTopic {
  topic: string
  payload: string
  n: number
  last_seen: Instant
  proposal: string
}

export interface MapTrial {
  findings: { level: 'error' | 'warning' | 'note'; code: string; message: string }[]
  messages: { topic: string; at: Instant; metrics: Record<string, number>; texts: Record<string, string> }[]
}

export interface Dossier {
  code: string
  procedure?: string | null
  procedure_name?: string | null
  status: number | null
  due_state: string | null
  receiving_org: string
  handling_org: string | null
  assignee?: string | null
  submission?: string | null
  submitted_at?: Instant | null
  received_at: Instant | null
  due_at: Instant | null
  due_given_at?: Instant | null
  due_computed_at?: Instant | null
  near_at?: Instant | null
  overdue_at?: Instant | null
  ended_at: Instant | null
  term?: { value: number; unit: string } | null
  apology?: Apology | null
  supplement_requests?: number
  rated?: boolean | null
  paused: boolean
  near_due: boolean
  late_to_accept: boolean
  working_time_left_s?: number | null
  working_days_left?: number | null
}

export interface DossierInFull extends Dossier {
  pauses: { from_at: Instant; to_at: Instant | null }[]
  hops: Hop[]
  history: Change[]
}

export interface Apology {
  new_due_at: Instant | null
  issued_at: Instant | null
  reason: string | null
}

export interface Hop {
  org: string
  from_at: Instant
  to_at: Instant | null
  working_time_s: number
  working_days: number
}

/** One field of a dossier as one message said it; the value stands under the field's own name. */
export interface Change {
  said_at: Instant
  event_id: string
  field: string
  [name: string]: unknown
}

/** How a term came to its date. */
export interface Term {
  due_at: Instant
  estimated: boolean
  days: { date: string; counted: boolean; reason: string; text: string; note: string | null }[]
}

export interface Share {
  value: number | null
  numerator: number
  denominator: number
}

export interface DossierSummary {
  state: string
  as_of: Instant | null
  reason: string | null
  pct: Record<string, Share>
  [bucket: string]: any
}


/** How large the picture of a display is, from how far it is read, when it is dim, whether it may sound. */
export interface Profile {
  diagonal_in: number | null
  distance_m: number | null
  night: string | null
  sound: boolean
}

/** What a display is told of itself. */
export interface DisplayState {
  name: string
  title: string
  org: string | null
  scene: string | null
  scenes: string[]
  every_s: number
  profile: Profile
  show: Shown | null
  identify_until: Instant | null
}

/** A scene or an incident that somebody sent to a display until an instant. */
export interface Shown {
  scene: string | null
  incident: number | null
  until: Instant
  by: string
}

/** A display as an administrator sees it. */
export interface DisplayItem extends DisplayState {
  org_name: string | null
  parent_name?: string | null
  state: 'live' | 'late' | 'gone' | 'never'
  heard_at: Instant | null
  age_s: number | null
  scale: number
  report: DisplayReport | null
  reported_at: Instant | null
  outdated: boolean
}

/** What a display says of itself. */
export interface DisplayReport {
  build: string
  scene: string | null
  width: number
  height: number
  heap_mb: number | null
  nodes: number | null
  fps: number | null
  errors: number
  last_error: string | null
}
