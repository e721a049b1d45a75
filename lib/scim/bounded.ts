/** `Promise.all` over at most `width` at once, in order: a page of 200 must not open 200 reads. */
export const mapBounded = async <T, R>(
  items: readonly T[],
  width: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results: R[] = []
  for (let at = 0; at < items.length; at += width)
    results.push(...(await Promise.all(items.slice(at, at + width).map(map))))
  return results
}
