/**
 * The value below which `share` of the samples lie, by the nearest-rank method: always a value that
 * was measured, never one in between.
 *
 * @param share from 0 to 1, e.g. 0.99.
 * @returns NaN for no samples.
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/**
 * Slope of the least-squares line through the points, e.g. bytes a binding from (bindings, bytes).
 *
 * @returns NaN unless there are two different x.
 */
export function slope(points: readonly { x: number; y: number }[]): number {
  const meanX = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const meanY = points.reduce((sum, p) => sum + p.y, 0) / points.length;
  const spread = points.reduce((sum, p) => sum + (p.x - meanX) ** 2, 0);
  return spread === 0 ? Number.NaN : points.reduce((sum, p) => sum + (p.x - meanX) * (p.y - meanY), 0) / spread;
}
