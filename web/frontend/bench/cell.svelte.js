// One site of the bare page: each of its fields by itself.

export class Cell {
  health = $state('unknown')
  name = $state('')
  org_name = $state('')

  constructor(site) {
    Object.assign(this, site)
  }
}
