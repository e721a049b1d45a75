/** Runs over the values with at most `width` at a time; results stay in order. The first failure ends it. */
export const inParallel = async <A, B>(
  values: readonly A[],
  width: number,
  work: (value: A) => Promise<B>,
): Promise<readonly B[]> => {
  const results: B[] = []
  const queue = values.entries()
  const run = async () => {
    for (const [index, value] of queue) results[index] = await work(value)
  }
  await Promise.all(Array.from({ length: Math.min(width, values.length) }, run))
  return results
}

export const chunksOf = <A>(values: readonly A[], size: number): readonly (readonly A[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, n) => values.slice(n * size, (n + 1) * size))

/** Neighbours together, as many as stay below the size; a value that is larger stands alone. */
export const chunksBySize = (values: readonly string[], size: number): readonly (readonly string[])[] => {
  const chunks: string[][] = []
  let room = 0
  for (const value of values) {
    const bytes = Buffer.byteLength(value)
    if (bytes > room) {
      chunks.push([])
      room = size
    }
    chunks.at(-1)?.push(value)
    room -= bytes
  }
  return chunks
}

/** All of it, each as the function makes it. */
export const collected = async <A, B = A>(
  values: AsyncIterable<A>,
  as: (value: A) => B = (value) => value as unknown as B,
): Promise<readonly B[]> => {
  const all: B[] = []
  for await (const value of values) all.push(as(value))
  return all
}
