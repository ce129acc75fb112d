/** A word beside the total of a map, with the mark of its state or a cell as the map has it. */
export interface Word {
  id: string
  mark?: string
  swatch?: string
  tone: string
  text: string
  n: number | null
}
