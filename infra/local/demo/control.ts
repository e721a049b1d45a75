/** E-mail → standing, such as `enabled: Analyst`, `invited: SOC tier 1` or `disabled: EDR Paris`. */
export type Standings = Readonly<Record<string, string>>

/** A simulator's own door for tests and demos, over HTTP as from anywhere else. */
export const controlOf =
  (url: string) =>
  async <T>(name: string, body?: object): Promise<T> => {
    const response = await fetch(`${url}/_control/${name}`, {
      method: body ? 'POST' : 'GET',
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${name}`)
    return (await response.json()) as T
  }
