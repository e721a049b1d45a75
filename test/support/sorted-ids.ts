/** A set of ids in their own order: any place in it is found by walking over chunks, never over ids. */
export type SortedIds = {
  readonly size: () => number
  readonly has: (id: string) => boolean
  /** False when it was there already. */
  readonly add: (id: string) => boolean
  readonly delete: (id: string) => boolean
  /** `count` ids from this place on. */
  readonly at: (place: number, count: number) => readonly string[]
  /** `count` ids behind this one, which need not be there. */
  readonly after: (id: string | undefined, count: number) => readonly string[]
}

const largestChunk = 512

/** First index whose value is not below `wanted`. */
const search = (length: number, isBelow: (index: number) => boolean): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBelow(middle)) low = middle + 1
    else high = middle
  }
  return low
}

export const createSortedIds = (): SortedIds => {
  const chunks: string[][] = []
  let size = 0

  /** The chunk in which this id is or belongs. */
  const chunkOf = (id: string): number => {
    const next = search(chunks.length, (index) => (chunks[index]?.[0] ?? '') <= id)
    return Math.max(0, next - 1)
  }
  const indexIn = (chunk: readonly string[], id: string): number =>
    search(chunk.length, (index) => (chunk[index] ?? '') < id)
  const has = (id: string): boolean => {
    const chunk = chunks[chunkOf(id)] ?? []
    return chunk[indexIn(chunk, id)] === id
  }

  const collect = (from: number, offset: number, count: number): readonly string[] => {
    const found: string[] = []
    let skip = offset
    for (let index = from; index < chunks.length && found.length < count; index += 1) {
      found.push(...(chunks[index]?.slice(skip, skip + count - found.length) ?? []))
      skip = 0
    }
    return found
  }

  return {
    size: () => size,
    has,
    add: (id) => {
      const place = chunkOf(id)
      const chunk = chunks[place] ?? []
      if (chunks.length === 0) chunks.push(chunk)
      const index = indexIn(chunk, id)
      if (chunk[index] === id) return false
      chunk.splice(index, 0, id)
      size += 1
      if (chunk.length > largestChunk) chunks.splice(place + 1, 0, chunk.splice(chunk.length >> 1))
      return true
    },
    delete: (id) => {
      const place = chunkOf(id)
      const chunk = chunks[place] ?? []
      const index = indexIn(chunk, id)
      if (chunk[index] !== id) return false
      chunk.splice(index, 1)
      size -= 1
      if (chunk.length === 0) chunks.splice(place, 1)
      return true
    },
    at: (place, count) => {
      let skip = Math.max(0, place)
      let index = 0
      while (index < chunks.length && skip >= (chunks[index]?.length ?? 0)) {
        skip -= chunks[index]?.length ?? 0
        index += 1
      }
      return collect(index, skip, count)
    },
    after: (id, count) => {
      if (id === undefined) return collect(0, 0, count)
      const place = chunkOf(id)
      const chunk = chunks[place] ?? []
      const index = indexIn(chunk, id)
      return collect(place, chunk[index] === id ? index + 1 : index, count)
    },
  }
}
