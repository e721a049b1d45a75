export type DispatchReport = { readonly finished: number; readonly work: number; readonly left: number }

export const nothing: DispatchReport = { finished: 0, work: 0, left: 0 }
export const plus = (a: DispatchReport, b: DispatchReport): DispatchReport => ({
  finished: a.finished + b.finished,
  work: a.work + b.work,
  left: a.left + b.left,
})
