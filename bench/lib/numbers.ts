/** The few statistics that the benches print. */

export interface Spread {
  readonly median: number;
  /** First and third quartile. */
  readonly q1: number;
  readonly q3: number;
}

/** Quantile `q` (0 to 1) of some numbers, between two of them by linear interpolation; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const [low = Number.NaN, high = low] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return low + (high - low) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), q1: quantile(values, 0.25), q3: quantile(values, 0.75) };
}

/** Medians by name, over objects that may lack some of the names; names in the order of their first coming. */
export function medians(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    names.map((name) => [name, median(all.flatMap((one) => one[name] ?? []))] as const),
  );
}

/** Rounds every number in a JSON value to so many digits after the point. */
export function rounded<T>(value: T, digits = 2): T {
  const text = JSON.stringify(value, (_, one) =>
    typeof one === "number" ? Number(one.toFixed(digits)) : one,
  );
  return JSON.parse(text) as T;
}
